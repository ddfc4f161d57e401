import { describeFargateMemories, fargateVcpus, fargateMemories } from '../../environments/schema/fargate';

describe('Fargate sizes', () => {
  /** AWS Batch API reference, ResourceRequirement: how many memory sizes each vCPU count has, the smallest and the largest. */
  const sizes: Record<string, { vcpu: number; count: number; min: number; max: number }> = {
    'a quarter': { vcpu: 0.25, count: 3, min: 512, max: 2048 },
    'a half': { vcpu: 0.5, count: 4, min: 1024, max: 4096 },
    one: { vcpu: 1, count: 7, min: 2048, max: 8192 },
    two: { vcpu: 2, count: 13, min: 4096, max: 16384 },
    four: { vcpu: 4, count: 23, min: 8192, max: 30720 },
    eight: { vcpu: 8, count: 12, min: 16384, max: 61440 },
    sixteen: { vcpu: 16, count: 12, min: 32768, max: 122880 },
  };

  test.each(Object.entries(sizes))('%s vCPU', (_, { vcpu, count, min, max }) => {
    const memories = fargateMemories(vcpu);
    expect([memories.length, memories[0], memories.at(-1)]).toEqual([count, min, max]);
  });

  test('has no others', () => {
    expect(fargateVcpus).toEqual(Object.values(sizes).map(({ vcpu }) => vcpu));
    expect(fargateMemories(3)).toEqual([]);
    expect(describeFargateMemories(3)).toBe('no memory size');
  });
});
