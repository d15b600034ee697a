-- Coverage by cost of ml-platform 1.0.0 on 2026-11-21, over the view `staged`: of what is
-- `chargeable` the attributable part carries valid tags. Every line is of one class.
WITH t1 AS (
  SELECT
    "t0"."period",
    "t0"."cloud",
    "t0"."provider",
    "t0"."account",
    "t0"."account_name",
    "t0"."service",
    "t0"."region",
    "t0"."resource_id",
    "t0"."resource_name",
    "t0"."charge_category",
    "t0"."charge_class",
    "t0"."commitment",
    "t0"."commitment_status",
    "t0"."currency",
    "t0"."taggable",
    "t0"."negative",
    "t0"."billed",
    "t0"."effective",
    "t0"."lines",
    "t0"."last_start",
    "t0"."tag_ml_team",
    "t0"."tag_ml_project",
    "t0"."tag_ml_workload_type",
    "t0"."tag_ml_environment",
    "t0"."tag_ml_experiment_id",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_team", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_ml_team",
    COALESCE(REGEXP_LIKE(CONCAT("t0"."tag_ml_team", '!'), '^([a-z][\-0-9a-z]{1,40})!$'), FALSE) AS "fits_ml_team",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_project", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_ml_project",
    COALESCE(
      REGEXP_LIKE(CONCAT("t0"."tag_ml_project", '!'), '^([a-z][\-0-9a-z]{1,40})!$'),
      FALSE
    ) AS "fits_ml_project",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_workload_type", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_ml_workload_type",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_environment", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_ml_environment",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_experiment_id", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_ml_experiment_id",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_ml_experiment_id", '!'),
        '^([0-9A-Za-z]([\-0-9A-Z_a-z]{0,61}[0-9A-Za-z])?)!$'
      ),
      FALSE
    ) AS "fits_ml_experiment_id"
  FROM "staged" AS "t0"
), t2 AS (
  SELECT
    "t1"."period",
    "t1"."cloud",
    "t1"."provider",
    "t1"."account",
    "t1"."account_name",
    "t1"."service",
    "t1"."region",
    "t1"."resource_id",
    "t1"."resource_name",
    "t1"."charge_category",
    "t1"."charge_class",
    "t1"."commitment",
    "t1"."commitment_status",
    "t1"."currency",
    "t1"."taggable",
    "t1"."negative",
    "t1"."billed",
    "t1"."effective",
    "t1"."lines",
    "t1"."last_start",
    "t1"."tag_ml_team",
    "t1"."tag_ml_project",
    "t1"."tag_ml_workload_type",
    "t1"."tag_ml_environment",
    "t1"."tag_ml_experiment_id",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_ml_team",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_ml_project",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_ml_workload_type",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_ml_environment",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_workload_type" IS NOT NULL
        )
        AND "t1"."tag_ml_workload_type" IN ('training')
      ),
      FALSE
    ) AS "needed_ml_experiment_id",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_team" IS NOT NULL
        ) AND NOT (
          "t1"."blank_ml_team"
        )
      ),
      FALSE
    ) AS "present_ml_team",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_project" IS NOT NULL
        ) AND NOT (
          "t1"."blank_ml_project"
        )
      ),
      FALSE
    ) AS "present_ml_project",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_workload_type" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_workload_type"
        )
      ),
      FALSE
    ) AS "present_ml_workload_type",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_environment" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_environment"
        )
      ),
      FALSE
    ) AS "present_ml_environment",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_experiment_id" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_experiment_id"
        )
      ),
      FALSE
    ) AS "present_ml_experiment_id",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_team" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_team"
        )
        AND (
          NOT (
            "t1"."tag_ml_team" IS NOT NULL
          )
          OR "t1"."blank_ml_team"
          OR "t1"."fits_ml_team"
        )
      ),
      FALSE
    ) AS "valid_ml_team",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_project" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_project"
        )
        AND (
          NOT (
            "t1"."tag_ml_project" IS NOT NULL
          )
          OR "t1"."blank_ml_project"
          OR "t1"."fits_ml_project"
        )
      ),
      FALSE
    ) AS "valid_ml_project",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_workload_type" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_workload_type"
        )
        AND (
          NOT (
            "t1"."tag_ml_workload_type" IS NOT NULL
          )
          OR "t1"."blank_ml_workload_type"
          OR (
            (
              "t1"."tag_ml_workload_type" IS NOT NULL
            )
            AND "t1"."tag_ml_workload_type" IN ('training', 'inference', 'data-processing', 'notebook')
          )
        )
      ),
      FALSE
    ) AS "valid_ml_workload_type",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_environment" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_environment"
        )
        AND (
          NOT (
            "t1"."tag_ml_environment" IS NOT NULL
          )
          OR "t1"."blank_ml_environment"
          OR (
            (
              "t1"."tag_ml_environment" IS NOT NULL
            )
            AND "t1"."tag_ml_environment" IN ('dev', 'staging', 'prod')
          )
        )
      ),
      FALSE
    ) AS "valid_ml_environment",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_ml_experiment_id" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_ml_experiment_id"
        )
        AND (
          NOT (
            "t1"."tag_ml_experiment_id" IS NOT NULL
          )
          OR "t1"."blank_ml_experiment_id"
          OR "t1"."fits_ml_experiment_id"
        )
      ),
      FALSE
    ) AS "valid_ml_experiment_id",
    FALSE AS "exempt_ml_team",
    FALSE AS "exempt_ml_project",
    FALSE AS "exempt_ml_workload_type",
    FALSE AS "exempt_ml_environment",
    FALSE AS "exempt_ml_experiment_id",
    FALSE AS "breached",
    FALSE AS "broken"
  FROM t1 AS t1
), t3 AS (
  SELECT
    "t2"."period",
    "t2"."cloud",
    "t2"."provider",
    "t2"."account",
    "t2"."account_name",
    "t2"."service",
    "t2"."region",
    "t2"."resource_id",
    "t2"."resource_name",
    "t2"."charge_category",
    "t2"."charge_class",
    "t2"."commitment",
    "t2"."commitment_status",
    "t2"."currency",
    "t2"."taggable",
    "t2"."negative",
    "t2"."billed",
    "t2"."effective",
    "t2"."lines",
    "t2"."last_start",
    "t2"."tag_ml_team",
    "t2"."tag_ml_project",
    "t2"."tag_ml_workload_type",
    "t2"."tag_ml_environment",
    "t2"."tag_ml_experiment_id",
    "t2"."needed_ml_team",
    "t2"."needed_ml_project",
    "t2"."needed_ml_workload_type",
    "t2"."needed_ml_environment",
    "t2"."needed_ml_experiment_id",
    "t2"."present_ml_team",
    "t2"."present_ml_project",
    "t2"."present_ml_workload_type",
    "t2"."present_ml_environment",
    "t2"."present_ml_experiment_id",
    "t2"."valid_ml_team",
    "t2"."valid_ml_project",
    "t2"."valid_ml_workload_type",
    "t2"."valid_ml_environment",
    "t2"."valid_ml_experiment_id",
    "t2"."cloud" IN ('aws', 'azure', 'gcp')
    AND NOT (
      "t2"."breached"
      OR (
        (
          "t2"."needed_ml_team" AND NOT (
            "t2"."present_ml_team"
          )
        )
        OR (
          "t2"."present_ml_team" AND NOT (
            "t2"."valid_ml_team"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_project" AND NOT (
            "t2"."present_ml_project"
          )
        )
        OR (
          "t2"."present_ml_project" AND NOT (
            "t2"."valid_ml_project"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_workload_type" AND NOT (
            "t2"."present_ml_workload_type"
          )
        )
        OR (
          "t2"."present_ml_workload_type" AND NOT (
            "t2"."valid_ml_workload_type"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_environment" AND NOT (
            "t2"."present_ml_environment"
          )
        )
        OR (
          "t2"."present_ml_environment" AND NOT (
            "t2"."valid_ml_environment"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_experiment_id" AND NOT (
            "t2"."present_ml_experiment_id"
          )
        )
        OR (
          "t2"."present_ml_experiment_id" AND NOT (
            "t2"."valid_ml_experiment_id"
          )
        )
      )
    ) AS "compliant",
    "t2"."cloud" IN ('aws', 'azure', 'gcp')
    AND (
      "t2"."breached"
      OR (
        (
          "t2"."needed_ml_team" AND NOT (
            "t2"."present_ml_team"
          )
        )
        OR (
          "t2"."present_ml_team" AND NOT (
            "t2"."valid_ml_team"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_project" AND NOT (
            "t2"."present_ml_project"
          )
        )
        OR (
          "t2"."present_ml_project" AND NOT (
            "t2"."valid_ml_project"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_workload_type" AND NOT (
            "t2"."present_ml_workload_type"
          )
        )
        OR (
          "t2"."present_ml_workload_type" AND NOT (
            "t2"."valid_ml_workload_type"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_environment" AND NOT (
            "t2"."present_ml_environment"
          )
        )
        OR (
          "t2"."present_ml_environment" AND NOT (
            "t2"."valid_ml_environment"
          )
        )
      )
      OR (
        (
          "t2"."needed_ml_experiment_id" AND NOT (
            "t2"."present_ml_experiment_id"
          )
        )
        OR (
          "t2"."present_ml_experiment_id" AND NOT (
            "t2"."valid_ml_experiment_id"
          )
        )
      )
    )
    AND NOT (
      "t2"."broken"
      OR (
        (
          (
            "t2"."needed_ml_team" AND NOT (
              "t2"."present_ml_team"
            )
          )
          OR (
            "t2"."present_ml_team" AND NOT (
              "t2"."valid_ml_team"
            )
          )
        )
        AND NOT (
          "t2"."exempt_ml_team"
        )
      )
      OR (
        (
          (
            "t2"."needed_ml_project" AND NOT (
              "t2"."present_ml_project"
            )
          )
          OR (
            "t2"."present_ml_project" AND NOT (
              "t2"."valid_ml_project"
            )
          )
        )
        AND NOT (
          "t2"."exempt_ml_project"
        )
      )
      OR (
        (
          (
            "t2"."needed_ml_workload_type" AND NOT (
              "t2"."present_ml_workload_type"
            )
          )
          OR (
            "t2"."present_ml_workload_type" AND NOT (
              "t2"."valid_ml_workload_type"
            )
          )
        )
        AND NOT (
          "t2"."exempt_ml_workload_type"
        )
      )
      OR (
        (
          (
            "t2"."needed_ml_environment" AND NOT (
              "t2"."present_ml_environment"
            )
          )
          OR (
            "t2"."present_ml_environment" AND NOT (
              "t2"."valid_ml_environment"
            )
          )
        )
        AND NOT (
          "t2"."exempt_ml_environment"
        )
      )
      OR (
        (
          (
            "t2"."needed_ml_experiment_id" AND NOT (
              "t2"."present_ml_experiment_id"
            )
          )
          OR (
            "t2"."present_ml_experiment_id" AND NOT (
              "t2"."valid_ml_experiment_id"
            )
          )
        )
        AND NOT (
          "t2"."exempt_ml_experiment_id"
        )
      )
    ) AS "exempt"
  FROM t2 AS t2
), t4 AS (
  SELECT
    "t3"."period",
    "t3"."cloud",
    "t3"."provider",
    "t3"."account",
    "t3"."account_name",
    "t3"."service",
    "t3"."region",
    "t3"."resource_id",
    "t3"."resource_name",
    "t3"."charge_category",
    "t3"."charge_class",
    "t3"."commitment",
    "t3"."commitment_status",
    "t3"."currency",
    "t3"."taggable",
    "t3"."negative",
    "t3"."billed",
    "t3"."effective",
    "t3"."lines",
    "t3"."last_start",
    "t3"."tag_ml_team",
    "t3"."tag_ml_project",
    "t3"."tag_ml_workload_type",
    "t3"."tag_ml_environment",
    "t3"."tag_ml_experiment_id",
    "t3"."needed_ml_team",
    "t3"."needed_ml_project",
    "t3"."needed_ml_workload_type",
    "t3"."needed_ml_environment",
    "t3"."needed_ml_experiment_id",
    "t3"."present_ml_team",
    "t3"."present_ml_project",
    "t3"."present_ml_workload_type",
    "t3"."present_ml_environment",
    "t3"."present_ml_experiment_id",
    "t3"."valid_ml_team",
    "t3"."valid_ml_project",
    "t3"."valid_ml_workload_type",
    "t3"."valid_ml_environment",
    "t3"."valid_ml_experiment_id",
    "t3"."compliant",
    "t3"."exempt",
    CASE
      WHEN "t3"."cloud" = ''
      THEN 'elsewhere'
      WHEN "t3"."charge_category" = 'Tax'
      THEN 'tax'
      WHEN "t3"."charge_category" = 'Credit'
      THEN 'credits'
      WHEN "t3"."charge_category" = 'Adjustment'
      THEN 'adjustments'
      WHEN "t3"."charge_class" = 'Correction'
      THEN 'corrections'
      WHEN "t3"."negative"
      THEN 'refunds'
      WHEN (
        "t3"."charge_category" = 'Purchase'
      ) AND (
        "t3"."commitment" IS NOT NULL
      )
      THEN 'commitment_purchases'
      WHEN "t3"."commitment_status" = 'Unused'
      THEN 'commitment_unused'
      WHEN REGEXP_LIKE(
        CONCAT(COALESCE("t3"."service", ''), '!'),
        '^(AWSSupport[\s\S]*|AWSSupport\*|AWS Support[\s\S]*|AWS Support\*|AWS Premium Support[\s\S]*|AWS Premium Support\*|Azure Support[\s\S]*|Azure Support\*|Microsoft Support[\s\S]*|Microsoft Support\*|Google Cloud Support[\s\S]*|Google Cloud Support\*|Cloud Support[\s\S]*|Cloud Support\*|Support)!$'
      )
      THEN 'support'
      WHEN FALSE
      THEN 'shared'
      WHEN (
        (
          "t3"."resource_id" IS NULL
        ) AND NOT (
          FALSE
        )
      )
      OR (
        "t3"."taggable" = FALSE
      )
      THEN 'untaggable'
      WHEN FALSE
      THEN 'untaggable'
      ELSE 'chargeable'
    END AS "class"
  FROM t3 AS t3
)
SELECT
  "t4"."period",
  "t4"."currency",
  "t4"."provider",
  "t4"."account",
  "t4"."account_name",
  "t4"."service",
  "t4"."class",
  SUM("t4"."lines") AS "lines",
  SUM("t4"."billed") AS "billed",
  COALESCE(
    SUM("t4"."billed") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."compliant"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "attributable_billed",
  COALESCE(
    SUM("t4"."billed") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."exempt"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "exempt_billed",
  SUM("t4"."effective") AS "effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."compliant"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "attributable_effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."exempt"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "exempt_effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_team"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_ml_team"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_ml_team",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_team"
      AND "t4"."present_ml_team"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_ml_team",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_team"
      AND "t4"."valid_ml_team"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_ml_team",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_project"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_ml_project"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_ml_project",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_project"
      AND "t4"."present_ml_project"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_ml_project",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_project"
      AND "t4"."valid_ml_project"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_ml_project",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_workload_type"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_ml_workload_type"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_ml_workload_type",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_workload_type"
      AND "t4"."present_ml_workload_type"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_ml_workload_type",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_workload_type"
      AND "t4"."valid_ml_workload_type"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_ml_workload_type",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_environment"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_ml_environment"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_ml_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_environment"
      AND "t4"."present_ml_environment"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_ml_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_environment"
      AND "t4"."valid_ml_environment"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_ml_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_experiment_id"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_ml_experiment_id"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_ml_experiment_id",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_experiment_id"
      AND "t4"."present_ml_experiment_id"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_ml_experiment_id",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_ml_experiment_id"
      AND "t4"."valid_ml_experiment_id"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_ml_experiment_id"
FROM t4 AS t4
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7
