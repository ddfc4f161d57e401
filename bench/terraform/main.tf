# The resources of the environment dev, as a Terraform user would write them: what bench/convergence.ts measures beside the
# platform. Only names, sizes and policies of the platform, so that both ask AWS for the same.

terraform {
  required_version = "~> 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "noncurrent_days" {
  description = "Days that old versions of objects are kept: the one change that is measured."
  type        = number
  default     = 30
}

locals {
  env     = "dev"
  account = "120569615884"
  region  = "eu-central-1"
  zones   = { a = "eu-central-1a", b = "eu-central-1b" }
  tags    = { Project = "sanders-customer-platform", Environment = local.env, ManagedBy = "Terraform" }
  jobs = {
    "2g"  = { vcpu = "0.5", memory = "2048" }
    "8g"  = { vcpu = "2", memory = "8192" }
    "16g" = { vcpu = "4", memory = "16384" }
  }
}

# Keys and endpoint come from the environment (`make env`).
provider "aws" {
  region                      = local.region
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  default_tags {
    tags = local.tags
  }
}

# Storage

resource "aws_s3_bucket" "data" {
  bucket        = "sanders-customer-platform-${local.env}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "data" {
  bucket = aws_s3_bucket.data.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  bucket = aws_s3_bucket.data.id
  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  rule {
    id     = "expire-noncurrent-versions"
    status = "Enabled"
    filter {}
    expiration {
      expired_object_delete_marker = true
    }
    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.data.arn, "${aws_s3_bucket.data.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_dynamodb_table" "features" {
  name         = "sanders_daily_customer_features_${local.env}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "customer_id"
  range_key    = "date"
  attribute {
    name = "customer_id"
    type = "S"
  }
  attribute {
    name = "date"
    type = "S"
  }
  point_in_time_recovery {
    enabled = false
  }
}

resource "aws_ecr_repository" "jobs" {
  name         = "sanders-customer-platform-${local.env}"
  force_delete = true
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "jobs" {
  repository = aws_ecr_repository.jobs.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep last 10 images"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}

# Network

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "sanders-customer-platform-vpc-${local.env}" }
}

resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.main.id
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "sanders-internet-gateway-${local.env}" }
}

resource "aws_subnet" "public" {
  for_each                = local.zones
  vpc_id                  = aws_vpc.main.id
  availability_zone       = each.value
  cidr_block              = "10.0.${each.key == "a" ? 0 : 1}.0/24"
  map_public_ip_on_launch = true
  tags                    = { Name = "sanders-public-subnet-${each.key}-${local.env}" }
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = each.value
  cidr_block        = "10.0.${each.key == "a" ? 2 : 3}.0/24"
  tags              = { Name = "sanders-private-subnet-${each.key}-${local.env}" }
}

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = { Name = "sanders-nat-address-a-${local.env}" }
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public["a"].id
  tags          = { Name = "sanders-nat-gateway-a-${local.env}" }
  depends_on    = [aws_internet_gateway.main]
}

resource "aws_route_table" "public" {
  for_each = local.zones
  vpc_id   = aws_vpc.main.id
  tags     = { Name = "sanders-public-route-table-${each.key}-${local.env}" }
}

resource "aws_route" "public" {
  for_each               = local.zones
  route_table_id         = aws_route_table.public[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route_table_association" "public" {
  for_each       = local.zones
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[each.key].id
}

resource "aws_route_table" "private" {
  for_each = local.zones
  vpc_id   = aws_vpc.main.id
  tags     = { Name = "sanders-private-route-table-${each.key}-${local.env}" }
}

resource "aws_route" "private" {
  for_each               = local.zones
  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}

resource "aws_route_table_association" "private" {
  for_each       = local.zones
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_vpc_endpoint" "gateway" {
  for_each        = toset(["s3", "dynamodb"])
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids = [for table in aws_route_table.private : table.id]
  tags            = { Name = "sanders-${each.key}-endpoint-${local.env}" }
}

resource "aws_security_group" "batch" {
  name        = "sanders-batch-sg-${local.env}"
  description = "Security group for AWS Batch compute environment"
  vpc_id      = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  tags = { Name = "sanders-batch-sg-${local.env}" }
}

# Roles

locals {
  roles = {
    batch-service      = "batch"
    ecs-task-execution = "ecs-tasks"
    batch-job          = "ecs-tasks"
    stepfunctions      = "states"
  }
}

resource "aws_iam_role" "role" {
  for_each = local.roles
  name     = "sanders-${each.key}-role-${local.env}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "${each.value}.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "managed" {
  for_each = {
    batch-service      = "AWSBatchServiceRole"
    ecs-task-execution = "AmazonECSTaskExecutionRolePolicy"
  }
  role       = aws_iam_role.role[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.value}"
}

resource "aws_iam_role_policy" "data" {
  name = "data"
  role = aws_iam_role.role["batch-job"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:ListBucket", Resource = aws_s3_bucket.data.arn },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${aws_s3_bucket.data.arn}/*"
      },
      {
        Effect   = "Allow"
        Action   = [for action in ["PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchWriteItem", "BatchGetItem"] : "dynamodb:${action}"]
        Resource = aws_dynamodb_table.features.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.role["batch-job"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws:logs:${local.region}:${local.account}:log-group:/aws/batch/job*"
    }]
  })
}

resource "aws_iam_role_policy" "run_jobs" {
  name = "run-jobs"
  role = aws_iam_role.role["stepfunctions"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "batch:SubmitJob"
        Resource = concat([aws_batch_job_queue.main.arn], [for job in aws_batch_job_definition.job : "${job.arn_prefix}:*"])
      },
      { Effect = "Allow", Action = ["batch:DescribeJobs"], Resource = "*" },
      {
        Effect   = "Allow"
        Action   = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
        Resource = "arn:aws:events:${local.region}:${local.account}:rule/StepFunctionsGetEventsForBatchJobsRule"
      },
    ]
  })
}

# Batch

resource "aws_batch_compute_environment" "main" {
  compute_environment_name = "sanders-batch-compute-${local.env}"
  type                     = "MANAGED"
  service_role             = aws_iam_role.role["batch-service"].arn
  compute_resources {
    type               = "FARGATE"
    max_vcpus          = 16
    subnets            = [for subnet in aws_subnet.private : subnet.id]
    security_group_ids = [aws_security_group.batch.id]
  }
  depends_on = [aws_iam_role_policy_attachment.managed]
}

resource "aws_batch_job_queue" "main" {
  name     = "sanders-batch-queue-${local.env}"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.main.arn
  }
}

resource "aws_batch_job_definition" "job" {
  for_each              = local.jobs
  name                  = "sanders-job-${each.key}-${local.env}"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true
  container_properties = jsonencode({
    image            = "${aws_ecr_repository.jobs.repository_url}:latest"
    executionRoleArn = aws_iam_role.role["ecs-task-execution"].arn
    jobRoleArn       = aws_iam_role.role["batch-job"].arn
    resourceRequirements = [
      { type = "VCPU", value = each.value.vcpu },
      { type = "MEMORY", value = each.value.memory },
    ]
    environment = [
      { name = "SANDERS_BUCKET", value = aws_s3_bucket.data.bucket },
      { name = "SANDERS_TABLE", value = aws_dynamodb_table.features.name },
    ]
    fargatePlatformConfiguration = { platformVersion = "LATEST" }
    networkConfiguration         = { assignPublicIp = "DISABLED" }
    logConfiguration             = { logDriver = "awslogs" }
  })
}

# Orchestration

locals {
  task = {
    for name, size in { feature-extraction = "8g", data-processing = "2g", model-training = "16g" } : name => {
      Type                                 = "Task"
      Resource                             = "arn:aws:states:::batch:submitJob.sync"
      Parameters = {
        JobName            = name
        JobQueue           = aws_batch_job_queue.main.arn
        JobDefinition      = aws_batch_job_definition.job[size].arn
        ContainerOverrides = { "Command.$" = "$.command" }
      }
    }
  }
  catch = [{ ErrorEquals = ["States.ALL"], ResultPath = "$.error", Next = "FailState" }]
}

resource "aws_sfn_state_machine" "orchestrator" {
  name     = "sanders-orchestrator-${local.env}"
  role_arn = aws_iam_role.role["stepfunctions"].arn
  definition = jsonencode({
    StartAt        = "ParallelJobs"
    TimeoutSeconds = 86400
    States = {
      ParallelJobs = {
        Type       = "Parallel"
        ResultPath = "$.parallelResults"
        Catch      = local.catch
        Next       = "ModelTrainingJob"
        Branches = [
          {
            StartAt = "FeatureExtractionJob"
            States  = { FeatureExtractionJob = merge(local.task["feature-extraction"], { ResultPath = "$.featureJob", End = true }) }
          },
          {
            StartAt = "DataProcessingJob"
            States  = { DataProcessingJob = merge(local.task["data-processing"], { ResultPath = "$.processingJob", End = true }) }
          },
        ]
      }
      ModelTrainingJob = merge(local.task["model-training"], { ResultPath = "$.trainingJob", Catch = local.catch, Next = "SuccessState" })
      SuccessState     = { Type = "Succeed" }
      FailState        = { Type = "Fail", Error = "JobFailed", Cause = "Job execution failed" }
    }
  })
}

resource "aws_budgets_budget" "monthly" {
  name         = "SandersMonthlyBudget-${local.env}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = "10"
  limit_unit   = "USD"
  cost_filter {
    name   = "TagKeyValue"
    values = ["user:Environment$${local.env}", "user:Project$sanders-customer-platform"]
  }
}
