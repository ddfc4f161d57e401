import { aws } from './aws';

/** What holds an environment's data; the repository is called as the bucket is. */
export interface Names {
  readonly bucket: string;
  readonly table: string;
}

/** The bucket and the table of an environment. */
export function dataOf(environment: string): Names {
  return {
    bucket: `sanders-customer-platform-${environment}`,
    table: `sanders_daily_customer_features_${environment}`,
  };
}

/** Puts objects, one of them in two versions, one item and one image where an environment keeps its data. */
export async function fill(environment: string, { objects }: { readonly objects: number }): Promise<void> {
  const { bucket: Bucket, table: TableName } = dataOf(environment);
  const keys = [...Array.from({ length: objects }, (_, i) => `data/${i}.csv`), 'data/0.csv'];
  for (let i = 0; i < keys.length; i += 50)
    await Promise.all(keys.slice(i, i + 50).map((Key) => aws.s3.putObject({ Bucket, Key, Body: Key })));
  await aws.dynamodb.putItem({ TableName, Item: { customer_id: { S: '12345' }, date: { S: '2026-02-07' } } });
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: 2,
      digest: `sha256:${'0'.repeat(64)}`,
    },
    layers: [],
  });
  await aws.ecr.putImage({ repositoryName: Bucket, imageManifest, imageTag: 'latest' });
}

/** How much of an environment's data there is: versions of objects, items, images. */
export async function countData(environment: string): Promise<{ objects: number; items: number; images: number }> {
  const { bucket: Bucket, table: TableName } = dataOf(environment);
  const [{ Versions = [] }, { Count = 0 }, { imageIds = [] }] = await Promise.all([
    aws.s3.listObjectVersions({ Bucket }),
    aws.dynamodb.scan({ TableName, Select: 'COUNT' }),
    aws.ecr.listImages({ repositoryName: Bucket }),
  ]);
  return { objects: Versions.length, items: Count, images: imageIds.length };
}
