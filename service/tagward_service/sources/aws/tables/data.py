"""Storage, databases, queues and logs.

Automated snapshots of databases come and go with them and are billed with them: they are left out.
"""

from tagward_service.sources.aws.kinds import Api, Asked, Inline, Kind

_AUTOMATED = {"SnapshotType": ("automated",)}

S3 = Api(
    "s3",
    page=1000,
    actions={"ListBuckets": "ListAllMyBuckets"},
    kinds=(
        Kind(
            "bucket",
            "ListBuckets",
            "Buckets[]",
            "arn:{partition}:s3:::{Name}",
            Asked("GetBucketTagging", "Bucket", "TagSet", value="{Name}", untagged="NoSuchTagSet"),
            given={"BucketRegion": "{region}"},
        ),
    ),
)

EFS = Api(
    "efs",
    prefix="elasticfilesystem",
    kinds=(
        Kind("file-system", "DescribeFileSystems", "FileSystems[]", "FileSystemArn", owner="OwnerId"),
        Kind("access-point", "DescribeAccessPoints", "AccessPoints[]", "AccessPointArn", owner="OwnerId"),
    ),
)

FSX = Api(
    "fsx",
    kinds=(
        Kind("file-system", "DescribeFileSystems", "FileSystems[]", "ResourceARN", owner="OwnerId"),
        Kind("backup", "DescribeBackups", "Backups[]", "ResourceARN", owner="OwnerId"),
        Kind("volume", "DescribeVolumes", "Volumes[]", "ResourceARN"),
        Kind("snapshot", "DescribeSnapshots", "Snapshots[]", "ResourceARN"),
        Kind(
            "storage-virtual-machine",
            "DescribeStorageVirtualMachines",
            "StorageVirtualMachines[]",
            "ResourceARN",
        ),
        Kind(
            "file-cache",
            "DescribeFileCaches",
            "FileCaches[]",
            "ResourceARN",
            Asked("ListTagsForResource", "ResourceARN", "Tags"),
            owner="OwnerId",
        ),
    ),
)

RDS = Api(
    "rds",
    tags=Inline("TagList"),
    page=100,
    kinds=(
        Kind("db", "DescribeDBInstances", "DBInstances[]", "DBInstanceArn"),
        Kind("cluster", "DescribeDBClusters", "DBClusters[]", "DBClusterArn"),
        Kind("snapshot", "DescribeDBSnapshots", "DBSnapshots[]", "DBSnapshotArn", skip=_AUTOMATED),
        Kind(
            "cluster-snapshot",
            "DescribeDBClusterSnapshots",
            "DBClusterSnapshots[]",
            "DBClusterSnapshotArn",
            skip=_AUTOMATED,
        ),
        Kind(
            "db-proxy",
            "DescribeDBProxies",
            "DBProxies[]",
            "DBProxyArn",
            Asked("ListTagsForResource", "ResourceName", "TagList"),
        ),
        Kind(
            "ri",
            "DescribeReservedDBInstances",
            "ReservedDBInstances[]",
            "ReservedDBInstanceArn",
            Asked("ListTagsForResource", "ResourceName", "TagList"),
            skip={"State": ("retired", "payment-failed")},
        ),
    ),
)

DYNAMODB = Api(
    "dynamodb",
    page=100,
    tags=Asked("ListTagsOfResource", "ResourceArn", "Tags"),
    kinds=(Kind("table", "ListTables", "TableNames[]", "table/{item}"),),
)

ELASTICACHE = Api(
    "elasticache",
    tags=Asked("ListTagsForResource", "ResourceName", "TagList"),
    kinds=(
        Kind("cluster", "DescribeCacheClusters", "CacheClusters[]", "ARN"),
        Kind("replicationgroup", "DescribeReplicationGroups", "ReplicationGroups[]", "ARN"),
        Kind("serverlesscache", "DescribeServerlessCaches", "ServerlessCaches[]", "ARN"),
        Kind("snapshot", "DescribeSnapshots", "Snapshots[]", "ARN", skip={"SnapshotSource": ("automated",)}),
        Kind(
            "serverlesscachesnapshot",
            "DescribeServerlessCacheSnapshots",
            "ServerlessCacheSnapshots[]",
            "ARN",
        ),
    ),
)

OPENSEARCH = Api(
    "opensearch",
    prefix="es",
    tags=Asked("ListTags", "ARN", "TagList"),
    kinds=(
        Kind("domain", "ListDomainNames", "DomainNames[]", "domain/{DomainName}"),
        Kind(
            "application",
            "ListApplications",
            "ApplicationSummaries[]",
            "arn",
        ),
    ),
)

OPENSEARCH_SERVERLESS = Api(
    "opensearchserverless",
    prefix="aoss",
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    kinds=(Kind("collection", "ListCollections", "collectionSummaries[]", "arn"),),
)

SECRETS_MANAGER = Api(
    "secretsmanager",
    page=100,
    kinds=(Kind("secret", "ListSecrets", "SecretList[]", "ARN"),),
)

KINESIS = Api(
    "kinesis",
    tags=Asked("ListTagsForResource", "ResourceARN", "Tags"),
    kinds=(Kind("stream", "ListStreams", "StreamSummaries[]", "StreamARN"),),
)

SNS = Api(
    "sns",
    tags=Asked("ListTagsForResource", "ResourceArn", "Tags"),
    kinds=(Kind("topic", "ListTopics", "Topics[]", "TopicArn"),),
)

SQS = Api(
    "sqs",
    page=1000,
    tags=Asked("ListQueueTags", "QueueUrl", "Tags", value="{item}"),
    kinds=(Kind("queue", "ListQueues", "QueueUrls[]", "{last}"),),
)

ELB = Api(
    "elbv2",
    prefix="elasticloadbalancing",
    page=400,
    tags=Asked("DescribeTags", "ResourceArns", "TagDescriptions[]", many=20, key="ResourceArn"),
    kinds=(
        Kind("loadbalancer", "DescribeLoadBalancers", "LoadBalancers[]", "LoadBalancerArn"),
        Kind("targetgroup", "DescribeTargetGroups", "TargetGroups[]", "TargetGroupArn"),
    ),
)

CLASSIC_ELB = Api(
    "elb",
    prefix="elasticloadbalancing",
    page=400,
    tags=Asked(
        "DescribeTags",
        "LoadBalancerNames",
        "TagDescriptions[]",
        value="{LoadBalancerName}",
        many=20,
        key="LoadBalancerName",
    ),
    kinds=(
        Kind(
            "loadbalancer",
            "DescribeLoadBalancers",
            "LoadBalancerDescriptions[]",
            "loadbalancer/{LoadBalancerName}",
        ),
    ),
)

LOGS = Api(
    "logs",
    page=50,
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    kinds=(Kind("log-group", "DescribeLogGroups", "logGroups[]", "log-group:{logGroupName}"),),
)
