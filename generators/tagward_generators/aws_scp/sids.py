"""Statement ids: readable, letters and digits only, each used once."""

import re
from collections.abc import Iterable

SERVICES = {
    "airflow": "Airflow",
    "aoss": "OpenSearchServerless",
    "athena": "Athena",
    "batch": "Batch",
    "bedrock": "Bedrock",
    "bedrock-agentcore": "BedrockAgentCore",
    "dynamodb": "DynamoDB",
    "ec2": "EC2",
    "ecr": "ECR",
    "ecs": "ECS",
    "eks": "EKS",
    "elasticache": "ElastiCache",
    "elasticfilesystem": "EFS",
    "elasticmapreduce": "EMR",
    "emr-containers": "EMRContainers",
    "emr-serverless": "EMRServerless",
    "es": "OpenSearch",
    "firehose": "Firehose",
    "fsx": "FSx",
    "glue": "Glue",
    "kafka": "MSK",
    "kinesis": "Kinesis",
    "lambda": "Lambda",
    "memorydb": "MemoryDB",
    "rds": "RDS",
    "redshift": "Redshift",
    "redshift-serverless": "RedshiftServerless",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "states": "StepFunctions",
}
"""Service prefixes as people call the services."""

FEW = 3
"""So many services are named in a Sid."""


def words(text: str) -> str:
    """Write a text in letters and digits: `Cost centre` becomes `CostCentre`."""
    parts = re.findall(r"[A-Za-z0-9]+", text)
    return "".join(part[0].upper() + part[1:] for part in parts) or "Tag"


def service_name(services: Iterable[str]) -> str:
    """Name a few services, or say that there are several."""
    every = sorted(set(services))
    if len(every) > FEW:
        return "Services"
    return "".join(SERVICES.get(service) or words(service) for service in every)


def unique(stems: Iterable[str]) -> tuple[str, ...]:
    """Make every id different: the second `X` becomes `X2`, or the next number that is free."""
    every = tuple(stems)
    taken = set(every)
    seen: set[str] = set()
    result = []
    for stem in every:
        sid, number = stem, 2
        while sid in seen or (sid != stem and sid in taken):
            # A digit right behind a digit (EC2, S3) would read as another service.
            sid = f"{stem}{'x' if stem[-1].isdigit() else ''}{number}"
            number += 1
        seen.add(sid)
        result.append(sid)
    return tuple(result)
