import type { EnvironmentInput } from '../../environments/schema';
import { everything, minimal } from '../fixtures';
import { fileOf, object } from '../rendered';

describe('storage', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'storage')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'storage')).toMatchSnapshot();
  });

  describe.each(['Bucket', 'Table', 'Repository'])('%s', (kind) => {
    test('is kept in AWS, and Argo CD asks first, where data is retained', () => {
      expect(object(everything, kind).metadata.annotations).toMatchObject({
        'services.k8s.aws/deletion-policy': 'retain',
        'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
      });
    });

    test('goes without a question where data is deleted', () => {
      const { annotations } = object(minimal, kind).metadata;
      expect(annotations['services.k8s.aws/deletion-policy']).toBe('delete');
      expect(annotations['argocd.argoproj.io/sync-options']).toBeUndefined();
    });
  });

  test('empties nothing that is retained', () => {
    const contents = ['s3.services.k8s.aws/empty-on-delete', 'ecr.services.k8s.aws/force-delete'];
    const marked = (env: EnvironmentInput) =>
      ['Bucket', 'Repository']
        .flatMap((kind) => Object.keys(object(env, kind).metadata.annotations))
        .filter((key) => contents.includes(key));
    expect(marked(minimal)).toEqual(contents);
    expect(marked(everything)).toEqual([]);
  });

  test('names objects of Kubernetes without what Kubernetes does not allow', () => {
    expect(object(everything, 'Table').metadata.name).toBe('sanders-daily-customer-features-2-0');
    expect(object(everything, 'Table').spec.tableName).toBe('sanders_daily_customer_features_2.0');
    expect(object(everything, 'Repository').metadata.name).toBe('sanders-customer-platform-team-jobs');
  });
});
