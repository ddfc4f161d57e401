import { everything, minimal } from '../fixtures';
import { fileOf, object, objects } from '../rendered';

describe('outputs', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'outputs')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'outputs')).toMatchSnapshot();
  });

  test('are each written once: what is known, and what ACK exports', () => {
    const known = Object.keys(object(minimal, 'ConfigMap').data);
    const exported = objects(minimal, 'FieldExport').map(({ spec }) => (spec?.['to'] as { key: string }).key);
    expect(exported).toEqual([
      'VPCId',
      'SecurityGroupId',
      'PublicSubnet1Id',
      'PublicSubnet2Id',
      'PrivateSubnet1Id',
      'PrivateSubnet2Id',
    ]);
    expect(new Set([...known, ...exported]).size).toBe(known.length + exported.length);
  });

  test('leave out a role that does not exist', () => {
    expect(object(minimal, 'ConfigMap').data.BatchServiceRoleARN).toBe(
      'arn:aws:iam::111111111111:role/sanders-batch-service-role-minimal',
    );
    expect(object(everything, 'ConfigMap').data.BatchServiceRoleARN).toBeUndefined();
  });
});
