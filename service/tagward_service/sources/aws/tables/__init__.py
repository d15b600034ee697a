"""What is read of AWS, by service: data that `kinds` gives the words for."""

from collections.abc import Mapping

from tagward_service.sources.aws.kinds import Api
from tagward_service.sources.aws.tables import compute, data, learning

SERVICES: Mapping[str, tuple[Api, ...]] = {
    "ec2": (compute.EC2,),
    "sagemaker": (learning.SAGEMAKER,),
    "bedrock": (learning.BEDROCK, learning.BEDROCK_AGENT, learning.BEDROCK_AGENTCORE),
    "s3": (data.S3,),
    "eks": (compute.EKS,),
    "rds": (data.RDS,),
    "dynamodb": (data.DYNAMODB,),
    "lambda": (compute.LAMBDA,),
    "batch": (compute.BATCH,),
    "efs": (data.EFS,),
    "fsx": (data.FSX,),
    "ecr": (compute.ECR,),
    "emr": (compute.EMR, compute.EMR_SERVERLESS, compute.EMR_CONTAINERS),
    "elasticache": (data.ELASTICACHE,),
    "opensearch": (data.OPENSEARCH, data.OPENSEARCH_SERVERLESS),
    "secretsmanager": (data.SECRETS_MANAGER,),
    "kinesis": (data.KINESIS,),
    "sns": (data.SNS,),
    "sqs": (data.SQS,),
    "elb": (data.ELB, data.CLASSIC_ELB),
    "logs": (data.LOGS,),
}
"""The APIs of each service that `--services` can name."""
