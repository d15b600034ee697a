"""EC2, containers and functions.

Default VPCs and what AWS makes in them are in every region of every account, cost nothing and were made by
nobody: they are left out, as are things that were deleted and are still listed for a while.
"""

from tagward_service.sources.aws.kinds import Api, Asked, Detail, Inline, Kind, Under

_OWN = ("self",)
_DELETED = ("deleted",)
_ENDED = ("cancelled", "closed", "failed")
_EKS_CLUSTERS = Under("ListClusters", "clusters[]", "clusterName")

EC2 = Api(
    "ec2",
    page=200,
    kinds=(
        Kind(
            "instance",
            "DescribeInstances",
            "Reservations[].Instances[]",
            "instance/{InstanceId}",
            skip={"State.Name": ("shutting-down", "terminated")},
        ),
        Kind("volume", "DescribeVolumes", "Volumes[]", "volume/{VolumeId}", skip={"State": _DELETED}),
        Kind(
            "snapshot", "DescribeSnapshots", "Snapshots[]", "snapshot/{SnapshotId}", given={"OwnerIds": _OWN}
        ),
        Kind("image", "DescribeImages", "Images[]", "image/{ImageId}", given={"Owners": _OWN}),
        Kind(
            "natgateway",
            "DescribeNatGateways",
            "NatGateways[]",
            "natgateway/{NatGatewayId}",
            skip={"State": ("deleted", "failed")},
        ),
        Kind("elastic-ip", "DescribeAddresses", "Addresses[]", "elastic-ip/{AllocationId}"),
        Kind(
            "launch-template",
            "DescribeLaunchTemplates",
            "LaunchTemplates[]",
            "launch-template/{LaunchTemplateId}",
        ),
        Kind("vpc", "DescribeVpcs", "Vpcs[]", "vpc/{VpcId}", skip={"IsDefault": ("true",)}, owner="OwnerId"),
        Kind(
            "subnet",
            "DescribeSubnets",
            "Subnets[]",
            "subnet/{SubnetId}",
            skip={"DefaultForAz": ("true",)},
            owner="OwnerId",
        ),
        Kind(
            "security-group",
            "DescribeSecurityGroups",
            "SecurityGroups[]",
            "security-group/{GroupId}",
            skip={"GroupName": ("default",)},
            owner="OwnerId",
        ),
        Kind(
            "vpc-endpoint",
            "DescribeVpcEndpoints",
            "VpcEndpoints[]",
            "vpc-endpoint/{VpcEndpointId}",
            skip={"State": _DELETED},
            owner="OwnerId",
        ),
        Kind(
            "transit-gateway",
            "DescribeTransitGateways",
            "TransitGateways[]",
            "transit-gateway/{TransitGatewayId}",
            skip={"State": _DELETED},
            owner="OwnerId",
        ),
        Kind(
            "transit-gateway-attachment",
            "DescribeTransitGatewayAttachments",
            "TransitGatewayAttachments[]",
            "transit-gateway-attachment/{TransitGatewayAttachmentId}",
            skip={"State": ("deleted", "rejected", "failed")},
            owner="ResourceOwnerId",
        ),
        Kind(
            "vpn-connection",
            "DescribeVpnConnections",
            "VpnConnections[]",
            "vpn-connection/{VpnConnectionId}",
            skip={"State": _DELETED},
        ),
        Kind(
            "client-vpn-endpoint",
            "DescribeClientVpnEndpoints",
            "ClientVpnEndpoints[]",
            "client-vpn-endpoint/{ClientVpnEndpointId}",
            skip={"Status.Code": _DELETED},
        ),
        Kind(
            "capacity-reservation",
            "DescribeCapacityReservations",
            "CapacityReservations[]",
            "capacity-reservation/{CapacityReservationId}",
            skip={"State": ("cancelled", "expired", "failed")},
            owner="OwnerId",
        ),
        Kind(
            "dedicated-host",
            "DescribeHosts",
            "Hosts[]",
            "dedicated-host/{HostId}",
            skip={"State": ("released", "released-permanent-failure")},
            owner="OwnerId",
        ),
        Kind(
            "reserved-instances",
            "DescribeReservedInstances",
            "ReservedInstances[]",
            "reserved-instances/{ReservedInstancesId}",
            skip={"State": ("retired", "payment-failed")},
        ),
        Kind(
            "spot-instances-request",
            "DescribeSpotInstanceRequests",
            "SpotInstanceRequests[]",
            "spot-instances-request/{SpotInstanceRequestId}",
            skip={"State": _ENDED},
        ),
        Kind(
            "spot-fleet-request",
            "DescribeSpotFleetRequests",
            "SpotFleetRequestConfigs[]",
            "spot-fleet-request/{SpotFleetRequestId}",
            skip={"SpotFleetRequestState": ("cancelled", "failed")},
        ),
        Kind(
            "fleet",
            "DescribeFleets",
            "Fleets[]",
            "fleet/{FleetId}",
            skip={"FleetState": ("deleted", "deleted_terminating", "failed")},
        ),
    ),
)

EKS = Api(
    "eks",
    tags=Inline("tags"),
    page=100,
    kinds=(
        Kind(
            "cluster",
            "ListClusters",
            "clusters[]",
            "arn",
            detail=Detail("DescribeCluster", {"name": "{item}"}, "cluster"),
        ),
        Kind(
            "nodegroup",
            "ListNodegroups",
            "nodegroups[]",
            "nodegroupArn",
            detail=Detail(
                "DescribeNodegroup", {"clusterName": "{parent}", "nodegroupName": "{item}"}, "nodegroup"
            ),
            under=_EKS_CLUSTERS,
        ),
        Kind(
            "fargateprofile",
            "ListFargateProfiles",
            "fargateProfileNames[]",
            "fargateProfileArn",
            detail=Detail(
                "DescribeFargateProfile",
                {"clusterName": "{parent}", "fargateProfileName": "{item}"},
                "fargateProfile",
            ),
            under=_EKS_CLUSTERS,
        ),
    ),
)

LAMBDA = Api(
    "lambda",
    tags=Asked("ListTags", "Resource", "Tags"),
    kinds=(Kind("function", "ListFunctions", "Functions[]", "FunctionArn"),),
)

BATCH = Api(
    "batch",
    tags=Inline("tags"),
    kinds=(
        Kind(
            "compute-environment",
            "DescribeComputeEnvironments",
            "computeEnvironments[]",
            "computeEnvironmentArn",
            skip={"status": ("deleted",)},
        ),
        Kind("job-queue", "DescribeJobQueues", "jobQueues[]", "jobQueueArn", skip={"status": ("deleted",)}),
        Kind(
            "job-definition",
            "DescribeJobDefinitions",
            "jobDefinitions[]",
            "jobDefinitionArn",
            skip={"status": ("inactive",)},
        ),
        Kind(
            "scheduling-policy",
            "ListSchedulingPolicies",
            "schedulingPolicies[]",
            "arn",
            Asked("ListTagsForResource", "resourceArn", "tags"),
        ),
        Kind(
            "service-environment",
            "DescribeServiceEnvironments",
            "serviceEnvironments[]",
            "serviceEnvironmentArn",
            skip={"status": ("deleted",)},
        ),
    ),
)

ECR = Api(
    "ecr",
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    page=1000,
    kinds=(Kind("repository", "DescribeRepositories", "repositories[]", "repositoryArn"),),
)

EMR = Api(
    "emr",
    prefix="elasticmapreduce",
    kinds=(
        Kind(
            "cluster",
            "ListClusters",
            "Clusters[]",
            "ClusterArn",
            detail=Detail("DescribeCluster", {"ClusterId": "{Id}"}, "Cluster"),
            skip={"Status.State": ("terminated", "terminated_with_errors")},
        ),
        Kind(
            "studio",
            "ListStudios",
            "Studios[]",
            "StudioArn",
            detail=Detail("DescribeStudio", {"StudioId": "{StudioId}"}, "Studio"),
        ),
    ),
)

EMR_SERVERLESS = Api(
    "emr-serverless",
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    kinds=(
        Kind("applications", "ListApplications", "applications[]", "arn", skip={"state": ("terminated",)}),
    ),
)

EMR_CONTAINERS = Api(
    "emr-containers",
    tags=Inline("tags"),
    kinds=(
        Kind(
            "virtualclusters",
            "ListVirtualClusters",
            "virtualClusters[]",
            "arn",
            skip={"state": ("terminated",)},
        ),
    ),
)
