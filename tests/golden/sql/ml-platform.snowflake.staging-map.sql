-- The view `staged`: lines of the table `focus`, whose tags are maps, as ml-platform 1.0.0 asks for them.
WITH decoded AS (
  SELECT
    TO_CHAR(BillingPeriodStart, 'yyyy-mm') AS period,
    CASE
      WHEN LOWER(ProviderName) LIKE 'aws%' OR LOWER(ProviderName) LIKE '%amazon%'
      THEN 'aws'
      WHEN LOWER(ProviderName) LIKE '%microsoft%' OR LOWER(ProviderName) LIKE '%azure%'
      THEN 'azure'
      WHEN LOWER(ProviderName) LIKE '%google%' OR LOWER(ProviderName) LIKE 'gcp%'
      THEN 'gcp'
      ELSE ''
    END AS cloud,
    ProviderName AS provider,
    SubAccountId AS account,
    SubAccountName AS account_name,
    ServiceName AS service,
    RegionId AS region,
    ResourceId AS resource_id,
    ResourceName AS resource_name,
    ChargeCategory AS charge_category,
    ChargeClass AS charge_class,
    CommitmentDiscountId AS commitment,
    CommitmentDiscountStatus AS commitment_status,
    BillingCurrency AS currency,
    CAST(NULL AS BOOLEAN) AS taggable,
    BilledCost < 0 OR EffectiveCost < 0 AS negative,
    CAST(BilledCost AS DECIMAL(38, 18)) AS billed,
    CAST(EffectiveCost AS DECIMAL(38, 18)) AS effective,
    1 AS lines,
    ChargePeriodStart AS last_start,
    Tags::OBJECT AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws', 'gcp') THEN GET(tag_map, 'ml-team')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'ml-team')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'ml-team')[0]::VARCHAR)::VARCHAR) END AS tag_ml_team,
  CASE WHEN cloud IN ('aws', 'gcp') THEN GET(tag_map, 'ml-project')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'ml-project')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'ml-project')[0]::VARCHAR)::VARCHAR) END AS tag_ml_project,
  CASE WHEN cloud IN ('aws', 'gcp') THEN GET(tag_map, 'ml-workload-type')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'ml-workload-type')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'ml-workload-type')[0]::VARCHAR)::VARCHAR) END AS tag_ml_workload_type,
  CASE WHEN cloud IN ('aws', 'gcp') THEN GET(tag_map, 'ml-environment')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'ml-environment')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'ml-environment')[0]::VARCHAR)::VARCHAR) END AS tag_ml_environment,
  CASE WHEN cloud IN ('aws', 'gcp') THEN GET(tag_map, 'ml-experiment-id')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'ml-experiment-id')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'ml-experiment-id')[0]::VARCHAR)::VARCHAR) END AS tag_ml_experiment_id
FROM decoded
