"""One way to make a resource of each type that moto can make, with tags, by the API of its service.

The ARN comes from the answer where it has one; how it is spelled is never taken from what is tested.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Tags = Mapping[str, str]


class Place:
    """One account and region, with its clients; what many resources need is made once.

    `beside` are type and ARN of what comes to be besides what was asked for, without tags.
    """

    def __init__(self, account: str, region: str, client: Callable[[str], Any]) -> None:
        self.account = account
        self.region = region
        self.client = cache(client)
        self.beside: list[tuple[str, str]] = []
        self._made: dict[str, Any] = {}

    def arn(self, service: str, rest: str) -> str:
        """Spell an ARN of this place."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Make what others need, the first time."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


Maker = Callable[[Place, str, Tags], str]


def pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def small(tags: Tags, key: str = "key", value: str = "value") -> list[dict[str, str]]:
    return [{key: name, value: each} for name, each in tags.items()]


def specified(kind: str, tags: Tags) -> dict[str, Any]:
    if not tags:
        return {}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs(tags)}]}


def given(name: str, tags: Any) -> dict[str, Any]:
    return {name: tags} if tags else {}


def role(place: Place) -> str:
    def make() -> str:
        made = place.client("iam").create_role(RoleName=f"r-{place.region}", AssumeRolePolicyDocument="{}")
        return str(made["Role"]["Arn"])

    return str(place.once("role", make))


def vpc(place: Place) -> str:
    return str(place.once("vpc", lambda: network(place, "", {}, beside=True))).rpartition("/")[2]


def subnets(place: Place) -> list[str]:
    def make() -> list[str]:
        found = place.client("ec2").describe_subnets()["Subnets"]
        return [each["SubnetId"] for each in found][:2]

    return list(place.once("subnets", make))


def image_id(place: Place) -> Any:
    def make() -> Any:
        client = place.client("ec2")
        made = client.register_image(Name=f"base-{place.account}", RootDeviceName="/dev/sda1")["ImageId"]
        place.beside.append(("aws:ec2:image", place.arn("ec2", f"image/{made}")))
        for each in client.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
            place.beside.append(("aws:ec2:snapshot", place.arn("ec2", f"snapshot/{each['SnapshotId']}")))
        return made

    return place.once("image", make)


def instance(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ec2").run_instances(
        ImageId=image_id(place), MinCount=1, MaxCount=1, **specified("instance", tags)
    )["Instances"][0]
    for each in made["BlockDeviceMappings"]:
        place.beside.append(("aws:ec2:volume", place.arn("ec2", f"volume/{each['Ebs']['VolumeId']}")))
    return place.arn("ec2", f"instance/{made['InstanceId']}")


def volume(place: Place, name: str, tags: Tags) -> str:
    zone = f"{place.region}a"
    made = place.client("ec2").create_volume(AvailabilityZone=zone, Size=8, **specified("volume", tags))
    return place.arn("ec2", f"volume/{made['VolumeId']}")


def snapshot(place: Place, name: str, tags: Tags) -> str:
    client = place.client("ec2")
    source = client.create_volume(AvailabilityZone=f"{place.region}a", Size=1)["VolumeId"]
    made = client.create_snapshot(VolumeId=source, **specified("snapshot", tags))
    client.delete_volume(VolumeId=source)
    return place.arn("ec2", f"snapshot/{made['SnapshotId']}")


def elastic_ip(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ec2").allocate_address(Domain="vpc", **specified("elastic-ip", tags))
    return place.arn("ec2", f"elastic-ip/{made['AllocationId']}")


def launch_template(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ec2").create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"InstanceType": "m5.large"},
        **specified("launch-template", tags),
    )
    return place.arn("ec2", f"launch-template/{made['LaunchTemplate']['LaunchTemplateId']}")


def network(place: Place, name: str, tags: Tags, *, beside: bool = False) -> str:
    made = place.client("ec2").create_vpc(CidrBlock="10.9.0.0/16", **specified("vpc", tags))
    arn = place.arn("ec2", f"vpc/{made['Vpc']['VpcId']}")
    place.beside += [("aws:ec2:vpc", arn)] if beside else []
    return arn


def security_group(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ec2").create_security_group(
        GroupName=name, Description=name, **specified("security-group", tags)
    )
    return place.arn("ec2", f"security-group/{made['GroupId']}")


def nat_gateway(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ec2").create_nat_gateway(
        SubnetId=subnets(place)[0], ConnectivityType="private", **specified("natgateway", tags)
    )
    return place.arn("ec2", f"natgateway/{made['NatGateway']['NatGatewayId']}")


def bucket(place: Place, name: str, tags: Tags) -> str:
    client = place.client("s3")
    where = {"CreateBucketConfiguration": {"LocationConstraint": place.region}}
    client.create_bucket(Bucket=name, **({} if place.region == "us-east-1" else where))
    if tags:
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})
    return f"arn:aws:s3:::{name}"


def table(place: Place, name: str, tags: Tags) -> str:
    made = place.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **given("Tags", pairs(tags)),
    )
    return str(made["TableDescription"]["TableArn"])


@cache
def code() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("main.py", "def handler(event, context): pass")
    return archive.getvalue()


def function(place: Place, name: str, tags: Tags) -> str:
    made = place.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(place),
        Handler="main.handler",
        Code={"ZipFile": code()},
        **given("Tags", tags),
    )
    return str(made["FunctionArn"])


def queue(place: Place, name: str, tags: Tags) -> str:
    place.client("sqs").create_queue(QueueName=name, **given("tags", tags))
    return place.arn("sqs", name)


def topic(place: Place, name: str, tags: Tags) -> str:
    return str(place.client("sns").create_topic(Name=name, **given("Tags", pairs(tags)))["TopicArn"])


def database(place: Place, name: str, tags: Tags) -> str:
    made = place.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        BackupRetentionPeriod=0,
        **given("Tags", pairs(tags)),
    )
    return str(made["DBInstance"]["DBInstanceArn"])


def database_cluster(place: Place, name: str, tags: Tags) -> str:
    made = place.client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        **given("Tags", pairs(tags)),
    )
    return str(made["DBCluster"]["DBClusterArn"])


def repository(place: Place, name: str, tags: Tags) -> str:
    made = place.client("ecr").create_repository(repositoryName=name, **given("tags", pairs(tags)))
    return str(made["repository"]["repositoryArn"])


def log_group(place: Place, name: str, tags: Tags) -> str:
    place.client("logs").create_log_group(logGroupName=name, **given("tags", tags))
    return place.arn("logs", f"log-group:{name}")


def secret(place: Place, name: str, tags: Tags) -> str:
    made = place.client("secretsmanager").create_secret(
        Name=name, SecretString="not-a-secret", **given("Tags", pairs(tags))
    )
    return str(made["ARN"])


def stream(place: Place, name: str, tags: Tags) -> str:
    client = place.client("kinesis")
    client.create_stream(StreamName=name, ShardCount=1)
    if tags:
        client.add_tags_to_stream(StreamName=name, Tags=tags)
    return place.arn("kinesis", f"stream/{name}")


def file_system(place: Place, name: str, tags: Tags) -> str:
    made = place.client("efs").create_file_system(CreationToken=name, **given("Tags", pairs(tags)))
    return str(made["FileSystemArn"])


def fsx_file_system(place: Place, name: str, tags: Tags) -> str:
    made = place.client("fsx").create_file_system(
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        SubnetIds=subnets(place)[:1],
        **given("Tags", pairs(tags)),
    )
    return str(made["FileSystem"]["ResourceARN"])


def eks_cluster(place: Place, name: str, tags: Tags) -> str:
    made = place.client("eks").create_cluster(
        name=name,
        roleArn=role(place),
        resourcesVpcConfig={"subnetIds": subnets(place)},
        **given("tags", tags),
    )
    return str(made["cluster"]["arn"])


def node_group(place: Place, name: str, tags: Tags) -> str:
    def host() -> str:
        arn = eks_cluster(place, f"host-of-{name}", {})
        place.beside.append(("aws:eks:cluster", arn))
        return arn.rpartition("/")[2]

    cluster = place.once("cluster", host)
    made = place.client("eks").create_nodegroup(
        clusterName=cluster,
        nodegroupName=name,
        subnets=subnets(place),
        nodeRole=role(place),
        **given("tags", tags),
    )
    return str(made["nodegroup"]["nodegroupArn"])


def load_balancer(place: Place, name: str, tags: Tags) -> str:
    made = place.client("elbv2").create_load_balancer(
        Name=name, Subnets=subnets(place), **given("Tags", pairs(tags))
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def target_group(place: Place, name: str, tags: Tags) -> str:
    made = place.client("elbv2").create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=vpc(place), **given("Tags", pairs(tags))
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def classic_load_balancer(place: Place, name: str, tags: Tags) -> str:
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    place.client("elb").create_load_balancer(
        LoadBalancerName=name,
        Listeners=[listener],
        AvailabilityZones=[f"{place.region}a"],
        **given("Tags", pairs(tags)),
    )
    # AWS makes a security group for it in the default VPC, and so does moto.
    for each in place.client("ec2").describe_security_groups()["SecurityGroups"]:
        if each["GroupName"].startswith("default_elb"):
            place.beside.append(
                ("aws:ec2:security-group", place.arn("ec2", f"security-group/{each['GroupId']}"))
            )
    return place.arn("elasticloadbalancing", f"loadbalancer/{name}")


def compute_environment(place: Place, name: str, tags: Tags) -> str:
    made = place.client("batch").create_compute_environment(
        computeEnvironmentName=name, type="UNMANAGED", serviceRole=role(place), **given("tags", tags)
    )
    return str(made["computeEnvironmentArn"])


def job_definition(place: Place, name: str, tags: Tags) -> str:
    container = {"image": "busybox", "vcpus": 1, "memory": 128}
    made = place.client("batch").register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container, **given("tags", tags)
    )
    return str(made["jobDefinitionArn"])


def emr_cluster(place: Place, name: str, tags: Tags) -> str:
    made = place.client("emr").run_job_flow(
        Name=name,
        Instances={
            "MasterInstanceType": "m5.xlarge",
            "InstanceCount": 1,
            "KeepJobFlowAliveWhenNoSteps": True,
        },
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        **given("Tags", pairs(tags)),
    )
    return str(made["ClusterArn"])


def cache_cluster(place: Place, name: str, tags: Tags) -> str:
    made = place.client("elasticache").create_cache_cluster(
        CacheClusterId=name,
        Engine="redis",
        CacheNodeType="cache.m5.large",
        NumCacheNodes=1,
        **given("Tags", pairs(tags)),
    )
    return str(made["CacheCluster"]["ARN"])


def search_domain(place: Place, name: str, tags: Tags) -> str:
    made = place.client("opensearch").create_domain(
        DomainName=name[:28], EngineVersion="OpenSearch_2.19", **given("TagList", pairs(tags))
    )
    return str(made["DomainStatus"]["ARN"])


def model(place: Place, name: str, tags: Tags) -> str:
    made = place.client("sagemaker").create_model(
        ModelName=name, ExecutionRoleArn=role(place), **given("Tags", pairs(tags))
    )
    return str(made["ModelArn"])


def training_job(place: Place, name: str, tags: Tags) -> str:
    made = place.client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingInputMode": "File", "TrainingImage": "image"},
        RoleArn=role(place),
        OutputDataConfig={"S3OutputPath": "s3://somewhere"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        **given("Tags", pairs(tags)),
    )
    return str(made["TrainingJobArn"])


def notebook(place: Place, name: str, tags: Tags) -> str:
    made = place.client("sagemaker").create_notebook_instance(
        NotebookInstanceName=name,
        InstanceType="ml.t3.medium",
        RoleArn=role(place),
        **given("Tags", pairs(tags)),
    )
    return str(made["NotebookInstanceArn"])


def endpoint_config(place: Place, name: str, tags: Tags) -> str:
    def host() -> str:
        arn = model(place, f"used-by-{name}", {})
        place.beside.append(("aws:sagemaker:model", arn))
        return arn.rpartition("/")[2]

    used = place.once("model", host)
    variant = {
        "VariantName": "v",
        "ModelName": used,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    made = place.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant], **given("Tags", pairs(tags))
    )
    return str(made["EndpointConfigArn"])


def customization_job(place: Place, name: str, tags: Tags) -> str:
    def training_data() -> str:
        arn = bucket(place, f"data-{place.account}-{place.region}", {})
        place.beside.append(("aws:s3:bucket", arn))
        return arn

    data = place.once("data", training_data)
    client = place.client("bedrock")
    made = client.create_model_customization_job(
        jobName=name,
        customModelName=f"model-of-{name}",
        roleArn=role(place),
        baseModelIdentifier="amazon.titan-text-lite-v1",
        trainingDataConfig={"s3Uri": f"s3://{data.rpartition(':')[2]}/data"},
        outputDataConfig={"s3Uri": f"s3://{data.rpartition(':')[2]}/out"},
        hyperParameters={},
        **given("jobTags", small(tags)),
    )
    model_arn = client.get_custom_model(modelIdentifier=f"model-of-{name}")["modelArn"]
    place.beside.append(("aws:bedrock:custom-model", model_arn))
    return str(made["jobArn"])


def agent(place: Place, name: str, tags: Tags) -> str:
    made = place.client("bedrock-agent").create_agent(
        agentName=name, agentResourceRoleArn=role(place), **given("tags", tags)
    )
    return str(made["agent"]["agentArn"])


MAKERS: Mapping[str, Maker] = {
    "aws:ec2:instance": instance,
    "aws:ec2:volume": volume,
    "aws:ec2:snapshot": snapshot,
    "aws:ec2:elastic-ip": elastic_ip,
    "aws:ec2:launch-template": launch_template,
    "aws:ec2:vpc": network,
    "aws:ec2:security-group": security_group,
    "aws:ec2:natgateway": nat_gateway,
    "aws:s3:bucket": bucket,
    "aws:dynamodb:table": table,
    "aws:lambda:function": function,
    "aws:sqs:queue": queue,
    "aws:sns:topic": topic,
    "aws:rds:db": database,
    "aws:rds:cluster": database_cluster,
    "aws:ecr:repository": repository,
    "aws:logs:log-group": log_group,
    "aws:secretsmanager:secret": secret,
    "aws:kinesis:stream": stream,
    "aws:elasticfilesystem:file-system": file_system,
    "aws:fsx:file-system": fsx_file_system,
    "aws:eks:cluster": eks_cluster,
    "aws:eks:nodegroup": node_group,
    "aws:elasticloadbalancing:loadbalancer": load_balancer,
    "aws:elasticloadbalancing:loadbalancer/classic": classic_load_balancer,
    "aws:elasticloadbalancing:targetgroup": target_group,
    "aws:batch:compute-environment": compute_environment,
    "aws:batch:job-definition": job_definition,
    "aws:elasticmapreduce:cluster": emr_cluster,
    "aws:elasticache:cluster": cache_cluster,
    "aws:es:domain": search_domain,
    "aws:sagemaker:model": model,
    "aws:sagemaker:training-job": training_job,
    "aws:sagemaker:notebook-instance": notebook,
    "aws:sagemaker:endpoint-config": endpoint_config,
    "aws:bedrock:model-customization-job": customization_job,
    "aws:bedrock:agent": agent,
}
"""Every type that can be made."""
