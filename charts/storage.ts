import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import {
  Table,
  TableSpecAttributeDefinitionsAttributeType as AttributeType,
  TableSpecBillingMode,
  TableSpecTableClass,
} from '../imports/dynamodb.services.k8s.aws';
import {
  Repository,
  RepositorySpecEncryptionConfigurationEncryptionType as EncryptionType,
  RepositorySpecImageTagMutability,
} from '../imports/ecr.services.k8s.aws';
import { Bucket } from '../imports/s3.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';
import { dataAnnotations } from './lib/data-safety';
import { compactJson, policy } from './lib/policy';
import { serviceTag } from './lib/tags';

/** What holds data: the bucket, the table of daily customer features, and the repository of job images. */
export class Storage extends EnvironmentChart {
  constructor(scope: Construct, env: Environment) {
    super(scope, 'storage', env);
    this.makeBucket();
    this.makeTable();
    this.makeRepository();
  }

  private makeBucket(): void {
    const { names, arns, env } = this;
    new Bucket(this, 'bucket', {
      metadata: {
        name: objectName(names.bucket),
        annotations: dataAnnotations(env, { 's3.services.k8s.aws/empty-on-delete': 'true' }),
      },
      spec: {
        name: names.bucket,
        versioning: { status: 'Enabled' },
        encryption: {
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' }, bucketKeyEnabled: false }],
        },
        ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
        publicAccessBlock: {
          blockPublicAcLs: true,
          blockPublicPolicy: true,
          ignorePublicAcLs: true,
          restrictPublicBuckets: true,
        },
        policy: compactJson(
          policy({
            Sid: 'DenyPlainHttp',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [arns.bucket, `${arns.bucket}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ),
        lifecycle: {
          rules: [
            {
              id: 'abort-incomplete-uploads',
              status: 'Enabled',
              filter: { prefix: '' },
              abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
            {
              id: 'expire-noncurrent-versions',
              status: 'Enabled',
              filter: { prefix: '' },
              // A delete marker with no versions left behind it is useless, and it slows listings down.
              expiration: { expiredObjectDeleteMarker: true },
              noncurrentVersionExpiration: { noncurrentDays: env.retention.noncurrentVersionDays },
            },
          ],
        },
        tagging: { tagSet: this.tags.list(serviceTag) },
      },
    });
  }

  private makeTable(): void {
    const { names, env } = this;
    new Table(this, 'table', {
      metadata: { name: objectName(names.table), annotations: dataAnnotations(env) },
      spec: {
        tableName: names.table,
        attributeDefinitions: [
          { attributeName: 'customer_id', attributeType: AttributeType.S },
          { attributeName: 'date', attributeType: AttributeType.S },
        ],
        keySchema: [
          { attributeName: 'customer_id', keyType: 'HASH' },
          { attributeName: 'date', keyType: 'RANGE' },
        ],
        billingMode: TableSpecBillingMode.PAY_UNDERSCORE_PER_UNDERSCORE_REQUEST,
        tableClass: TableSpecTableClass.STANDARD,
        continuousBackups: { pointInTimeRecoveryEnabled: env.retention.pointInTimeRecovery },
        deletionProtectionEnabled: env.retention.deletionProtection,
        tags: this.tags.list(serviceTag),
      },
    });
  }

  private makeRepository(): void {
    const { names, env } = this;
    new Repository(this, 'repository', {
      metadata: {
        name: objectName(names.repository),
        annotations: dataAnnotations(env, { 'ecr.services.k8s.aws/force-delete': 'true' }),
      },
      spec: {
        name: names.repository,
        registryId: env.account,
        encryptionConfiguration: { encryptionType: EncryptionType.AES256 },
        imageScanningConfiguration: { scanOnPush: true },
        // Mutable, because jobs run the tag `latest`.
        imageTagMutability: RepositorySpecImageTagMutability.MUTABLE,
        lifecyclePolicy: compactJson({
          rules: [
            {
              rulePriority: 1,
              description: 'Keep last 10 images',
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
              action: { type: 'expire' },
            },
          ],
        }),
        tags: this.tags.list(serviceTag),
      },
    });
  }
}
