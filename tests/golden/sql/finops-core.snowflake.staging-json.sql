-- The view `staged`: lines of the table `focus`, whose tags are JSON text, as finops-core 1.0.0 asks for them.
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
    TRY_PARSE_JSON(Tags)::OBJECT AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws') THEN GET(tag_map, 'Owner')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'Owner')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'owner')[0]::VARCHAR)::VARCHAR) WHEN cloud IN ('gcp') THEN GET(tag_map, 'owner')::VARCHAR END AS tag_owner,
  CASE WHEN cloud IN ('aws') THEN GET(tag_map, 'CostCenter')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'CostCenter')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'costcenter')[0]::VARCHAR)::VARCHAR) WHEN cloud IN ('gcp') THEN GET(tag_map, 'cost_center')::VARCHAR END AS tag_cost_center,
  CASE WHEN cloud IN ('aws') THEN GET(tag_map, 'Environment')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'Environment')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'environment')[0]::VARCHAR)::VARCHAR) WHEN cloud IN ('gcp') THEN GET(tag_map, 'environment')::VARCHAR END AS tag_environment,
  CASE WHEN cloud IN ('aws') THEN GET(tag_map, 'Application')::VARCHAR WHEN cloud IN ('azure') THEN COALESCE(GET(tag_map, 'Application')::VARCHAR, GET(tag_map, FILTER(OBJECT_KEYS(tag_map), value -> LOWER(value::VARCHAR) = 'application')[0]::VARCHAR)::VARCHAR) WHEN cloud IN ('gcp') THEN GET(tag_map, 'application')::VARCHAR END AS tag_application
FROM decoded
