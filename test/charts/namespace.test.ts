import { everything, minimal } from '../fixtures';
import { fileOf, object } from '../rendered';

describe('namespace', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'namespace')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'namespace')).toMatchSnapshot();
  });

  test('tells ACK the account and the region', () => {
    expect(object(minimal, 'Namespace').metadata.annotations).toMatchObject({
      'services.k8s.aws/owner-account-id': '111111111111',
      'services.k8s.aws/default-region': 'eu-west-1',
    });
  });

  test('is not removed without a question where data is retained, since everything in it would go', () => {
    const syncOptions = 'argocd.argoproj.io/sync-options';
    expect(object(everything, 'Namespace').metadata.annotations[syncOptions]).toBe('Prune=confirm,Delete=confirm');
    expect(object(minimal, 'Namespace').metadata.annotations[syncOptions]).toBeUndefined();
  });
});
