"""SageMaker and Bedrock.

What the SageMaker SDK records by itself for lineage (actions, artifacts, contexts, trials and their
components) costs nothing and is left out.
"""

from tagward_service.sources.aws.kinds import Api, Asked, Detail, Kind

SAGEMAKER = Api(
    "sagemaker",
    tags=Asked("ListTags", "ResourceArn", "Tags"),
    page=100,
    kinds=(
        Kind("algorithm", "ListAlgorithms", "AlgorithmSummaryList[]", "AlgorithmArn"),
        Kind(
            "app",
            "ListApps",
            "Apps[]",
            "AppArn",
            skip={"Status": ("deleted", "failed")},
            detail=Detail(
                "DescribeApp",
                {
                    "DomainId": "{DomainId}",
                    "UserProfileName": "{UserProfileName}",
                    "SpaceName": "{SpaceName}",
                    "AppType": "{AppType}",
                    "AppName": "{AppName}",
                },
            ),
        ),
        Kind("app-image-config", "ListAppImageConfigs", "AppImageConfigs[]", "AppImageConfigArn"),
        Kind("automl-job", "ListAutoMLJobs", "AutoMLJobSummaries[]", "AutoMLJobArn"),
        Kind("cluster", "ListClusters", "ClusterSummaries[]", "ClusterArn"),
        Kind(
            "cluster-scheduler-config",
            "ListClusterSchedulerConfigs",
            "ClusterSchedulerConfigSummaries[]",
            "ClusterSchedulerConfigArn",
        ),
        Kind("code-repository", "ListCodeRepositories", "CodeRepositorySummaryList[]", "CodeRepositoryArn"),
        Kind("compilation-job", "ListCompilationJobs", "CompilationJobSummaries[]", "CompilationJobArn"),
        Kind("compute-quota", "ListComputeQuotas", "ComputeQuotaSummaries[]", "ComputeQuotaArn"),
        Kind(
            "data-quality-job-definition",
            "ListDataQualityJobDefinitions",
            "JobDefinitionSummaries[]",
            "MonitoringJobDefinitionArn",
        ),
        Kind("device-fleet", "ListDeviceFleets", "DeviceFleetSummaries[]", "DeviceFleetArn"),
        Kind("domain", "ListDomains", "Domains[]", "DomainArn"),
        Kind("endpoint", "ListEndpoints", "Endpoints[]", "EndpointArn"),
        Kind("endpoint-config", "ListEndpointConfigs", "EndpointConfigs[]", "EndpointConfigArn"),
        Kind("experiment", "ListExperiments", "ExperimentSummaries[]", "ExperimentArn"),
        Kind("feature-group", "ListFeatureGroups", "FeatureGroupSummaries[]", "FeatureGroupArn"),
        Kind("flow-definition", "ListFlowDefinitions", "FlowDefinitionSummaries[]", "FlowDefinitionArn"),
        Kind("human-task-ui", "ListHumanTaskUis", "HumanTaskUiSummaries[]", "HumanTaskUiArn"),
        Kind(
            "hyper-parameter-tuning-job",
            "ListHyperParameterTuningJobs",
            "HyperParameterTuningJobSummaries[]",
            "HyperParameterTuningJobArn",
        ),
        Kind("image", "ListImages", "Images[]", "ImageArn"),
        Kind(
            "inference-component", "ListInferenceComponents", "InferenceComponents[]", "InferenceComponentArn"
        ),
        Kind(
            "inference-experiment",
            "ListInferenceExperiments",
            "InferenceExperiments[]",
            "Arn",
            detail=Detail("DescribeInferenceExperiment", {"Name": "{Name}"}),
        ),
        Kind(
            "inference-recommendations-job",
            "ListInferenceRecommendationsJobs",
            "InferenceRecommendationsJobs[]",
            "JobArn",
        ),
        Kind("labeling-job", "ListLabelingJobs", "LabelingJobSummaryList[]", "LabelingJobArn"),
        Kind("mlflow-app", "ListMlflowApps", "Summaries[]", "Arn", skip={"Status": ("deleted",)}),
        Kind(
            "mlflow-tracking-server",
            "ListMlflowTrackingServers",
            "TrackingServerSummaries[]",
            "TrackingServerArn",
        ),
        Kind("model", "ListModels", "Models[]", "ModelArn"),
        Kind(
            "model-bias-job-definition",
            "ListModelBiasJobDefinitions",
            "JobDefinitionSummaries[]",
            "MonitoringJobDefinitionArn",
        ),
        Kind("model-card", "ListModelCards", "ModelCardSummaries[]", "ModelCardArn"),
        Kind(
            "model-explainability-job-definition",
            "ListModelExplainabilityJobDefinitions",
            "JobDefinitionSummaries[]",
            "MonitoringJobDefinitionArn",
        ),
        Kind(
            "model-package-group",
            "ListModelPackageGroups",
            "ModelPackageGroupSummaryList[]",
            "ModelPackageGroupArn",
        ),
        Kind(
            "model-quality-job-definition",
            "ListModelQualityJobDefinitions",
            "JobDefinitionSummaries[]",
            "MonitoringJobDefinitionArn",
        ),
        Kind(
            "monitoring-schedule",
            "ListMonitoringSchedules",
            "MonitoringScheduleSummaries[]",
            "MonitoringScheduleArn",
        ),
        Kind("notebook-instance", "ListNotebookInstances", "NotebookInstances[]", "NotebookInstanceArn"),
        Kind(
            "notebook-instance-lifecycle-config",
            "ListNotebookInstanceLifecycleConfigs",
            "NotebookInstanceLifecycleConfigs[]",
            "NotebookInstanceLifecycleConfigArn",
        ),
        Kind("optimization-job", "ListOptimizationJobs", "OptimizationJobSummaries[]", "OptimizationJobArn"),
        Kind("partner-app", "ListPartnerApps", "Summaries[]", "Arn"),
        Kind("pipeline", "ListPipelines", "PipelineSummaries[]", "PipelineArn"),
        Kind("processing-job", "ListProcessingJobs", "ProcessingJobSummaries[]", "ProcessingJobArn"),
        Kind(
            "project",
            "ListProjects",
            "ProjectSummaryList[]",
            "ProjectArn",
            skip={"ProjectStatus": ("deletecompleted",)},
        ),
        Kind(
            "space",
            "ListSpaces",
            "Spaces[]",
            "SpaceArn",
            detail=Detail("DescribeSpace", {"DomainId": "{DomainId}", "SpaceName": "{SpaceName}"}),
        ),
        Kind(
            "studio-lifecycle-config",
            "ListStudioLifecycleConfigs",
            "StudioLifecycleConfigs[]",
            "StudioLifecycleConfigArn",
        ),
        Kind("training-job", "ListTrainingJobs", "TrainingJobSummaries[]", "TrainingJobArn"),
        Kind("training-plan", "ListTrainingPlans", "TrainingPlanSummaries[]", "TrainingPlanArn"),
        Kind("transform-job", "ListTransformJobs", "TransformJobSummaries[]", "TransformJobArn"),
        Kind(
            "user-profile",
            "ListUserProfiles",
            "UserProfiles[]",
            "UserProfileArn",
            detail=Detail(
                "DescribeUserProfile", {"DomainId": "{DomainId}", "UserProfileName": "{UserProfileName}"}
            ),
        ),
        Kind("workforce", "ListWorkforces", "Workforces[]", "WorkforceArn"),
        Kind("workteam", "ListWorkteams", "Workteams[]", "WorkteamArn"),
    ),
)

BEDROCK = Api(
    "bedrock",
    tags=Asked("ListTagsForResource", "resourceARN", "tags"),
    kinds=(
        Kind(
            "application-inference-profile",
            "ListInferenceProfiles",
            "inferenceProfileSummaries[]",
            "inferenceProfileArn",
            given={"typeEquals": "APPLICATION"},
        ),
        Kind(
            "custom-model",
            "ListCustomModels",
            "modelSummaries[]",
            "modelArn",
            owner="ownerAccountId",
        ),
        Kind(
            "custom-model-deployment",
            "ListCustomModelDeployments",
            "modelDeploymentSummaries[]",
            "customModelDeploymentArn",
        ),
        Kind("evaluation-job", "ListEvaluationJobs", "jobSummaries[]", "jobArn"),
        Kind("guardrail", "ListGuardrails", "guardrails[]", "arn"),
        Kind("imported-model", "ListImportedModels", "modelSummaries[]", "modelArn"),
        Kind(
            "model-customization-job",
            "ListModelCustomizationJobs",
            "modelCustomizationJobSummaries[]",
            "jobArn",
        ),
        Kind("model-import-job", "ListModelImportJobs", "modelImportJobSummaries[]", "jobArn"),
        Kind("model-invocation-job", "ListModelInvocationJobs", "invocationJobSummaries[]", "jobArn"),
        Kind(
            "provisioned-model",
            "ListProvisionedModelThroughputs",
            "provisionedModelSummaries[]",
            "provisionedModelArn",
        ),
    ),
)

BEDROCK_AGENT = Api(
    "bedrock-agent",
    prefix="bedrock",
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    kinds=(
        Kind("agent", "ListAgents", "agentSummaries[]", "agent/{agentId}"),
        Kind("flow", "ListFlows", "flowSummaries[]", "arn"),
        Kind(
            "knowledge-base",
            "ListKnowledgeBases",
            "knowledgeBaseSummaries[]",
            "knowledge-base/{knowledgeBaseId}",
        ),
        Kind("prompt", "ListPrompts", "promptSummaries[]", "arn"),
    ),
)

BEDROCK_AGENTCORE = Api(
    "bedrock-agentcore-control",
    prefix="bedrock-agentcore",
    tags=Asked("ListTagsForResource", "resourceArn", "tags"),
    kinds=(
        Kind("browser-custom", "ListBrowsers", "browserSummaries[]", "browserArn", given={"type": "CUSTOM"}),
        Kind(
            "code-interpreter-custom",
            "ListCodeInterpreters",
            "codeInterpreterSummaries[]",
            "codeInterpreterArn",
            given={"type": "CUSTOM"},
        ),
        Kind("gateway", "ListGateways", "items[]", "gateway/{gatewayId}"),
        Kind("memory", "ListMemories", "memories[]", "arn"),
        Kind("runtime", "ListAgentRuntimes", "agentRuntimes[]", "agentRuntimeArn"),
    ),
)
