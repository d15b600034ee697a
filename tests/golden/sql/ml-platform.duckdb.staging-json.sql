-- The view `staged`: lines of the table `focus`, whose tags are JSON text, as ml-platform 1.0.0 asks for them.
WITH decoded AS (
  SELECT
    STRFTIME(BillingPeriodStart, '%Y-%m') AS period,
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
    CAST(CAST(BilledCost AS TEXT) AS DECIMAL(38, 18)) AS billed,
    CAST(CAST(EffectiveCost AS TEXT) AS DECIMAL(38, 18)) AS effective,
    1 AS lines,
    ChargePeriodStart AS last_start,
    TRY_CAST(TRY_CAST(Tags AS JSON) AS MAP(VARCHAR, VARCHAR)) AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws', 'gcp') THEN tag_map['ml-team'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['ml-team'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'ml-team')[1].value) END AS tag_ml_team,
  CASE WHEN cloud IN ('aws', 'gcp') THEN tag_map['ml-project'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['ml-project'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'ml-project')[1].value) END AS tag_ml_project,
  CASE WHEN cloud IN ('aws', 'gcp') THEN tag_map['ml-workload-type'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['ml-workload-type'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'ml-workload-type')[1].value) END AS tag_ml_workload_type,
  CASE WHEN cloud IN ('aws', 'gcp') THEN tag_map['ml-environment'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['ml-environment'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'ml-environment')[1].value) END AS tag_ml_environment,
  CASE WHEN cloud IN ('aws', 'gcp') THEN tag_map['ml-experiment-id'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['ml-experiment-id'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'ml-experiment-id')[1].value) END AS tag_ml_experiment_id
FROM decoded
