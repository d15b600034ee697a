-- The view `staged`: lines of the table `focus`, whose tags are JSON text, as ml-platform 1.0.0 asks for them.
WITH decoded AS (
  SELECT
    DATE_FORMAT(BillingPeriodStart, 'yyyy-MM') AS period,
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
    from_json(Tags, 'map<string,string>') AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws', 'gcp') THEN try_element_at(tag_map, 'ml-team') WHEN cloud IN ('azure') THEN COALESCE(try_element_at(tag_map, 'ml-team'), get(filter(map_entries(tag_map), each -> lower(each.key) = 'ml-team'), 0).value) END AS tag_ml_team,
  CASE WHEN cloud IN ('aws', 'gcp') THEN try_element_at(tag_map, 'ml-project') WHEN cloud IN ('azure') THEN COALESCE(try_element_at(tag_map, 'ml-project'), get(filter(map_entries(tag_map), each -> lower(each.key) = 'ml-project'), 0).value) END AS tag_ml_project,
  CASE WHEN cloud IN ('aws', 'gcp') THEN try_element_at(tag_map, 'ml-workload-type') WHEN cloud IN ('azure') THEN COALESCE(try_element_at(tag_map, 'ml-workload-type'), get(filter(map_entries(tag_map), each -> lower(each.key) = 'ml-workload-type'), 0).value) END AS tag_ml_workload_type,
  CASE WHEN cloud IN ('aws', 'gcp') THEN try_element_at(tag_map, 'ml-environment') WHEN cloud IN ('azure') THEN COALESCE(try_element_at(tag_map, 'ml-environment'), get(filter(map_entries(tag_map), each -> lower(each.key) = 'ml-environment'), 0).value) END AS tag_ml_environment,
  CASE WHEN cloud IN ('aws', 'gcp') THEN try_element_at(tag_map, 'ml-experiment-id') WHEN cloud IN ('azure') THEN COALESCE(try_element_at(tag_map, 'ml-experiment-id'), get(filter(map_entries(tag_map), each -> lower(each.key) = 'ml-experiment-id'), 0).value) END AS tag_ml_experiment_id
FROM decoded
