/**
 * The vCPU and memory pairs that Fargate offers.
 *
 * Source: AWS Batch API reference, ResourceRequirement (`MEMORY`, `VCPU`), "For jobs that are running on Fargate
 * resources".
 */
interface FargateSize {
  readonly vcpu: number;
  /** Smallest memory, in MiB. */
  readonly min: number;
  /** Largest memory, in MiB. */
  readonly max: number;
  /** Distance between two offered memory sizes, in MiB. 0.25 vCPU doubles instead: see `offered`. */
  readonly step: number;
}

const sizes: readonly FargateSize[] = [
  { vcpu: 0.25, min: 512, max: 2048, step: 512 },
  { vcpu: 0.5, min: 1024, max: 4096, step: 1024 },
  { vcpu: 1, min: 2048, max: 8192, step: 1024 },
  { vcpu: 2, min: 4096, max: 16384, step: 1024 },
  { vcpu: 4, min: 8192, max: 30720, step: 1024 },
  { vcpu: 8, min: 16384, max: 61440, step: 4096 },
  { vcpu: 16, min: 32768, max: 122880, step: 8192 },
];

/** Every vCPU count that Fargate offers, ascending. */
export const fargateVcpus: readonly number[] = sizes.map((size) => size.vcpu);

/** The memory sizes, in MiB, that Fargate offers with `vcpu`; empty when it does not offer that vCPU count. */
export function fargateMemories(vcpu: number): readonly number[] {
  const size = sizes.find((candidate) => candidate.vcpu === vcpu);
  if (size === undefined) return [];
  const memories = Array.from({ length: (size.max - size.min) / size.step + 1 }, (_, i) => size.min + i * size.step);
  return vcpu === 0.25 ? memories.filter((memory) => memory !== 1536) : memories;
}

/** The memory sizes that Fargate offers with `vcpu`, for error messages: `4096–16384 MiB in steps of 1024`. */
export function describeFargateMemories(vcpu: number): string {
  const size = sizes.find((candidate) => candidate.vcpu === vcpu);
  if (size === undefined) return 'no memory size';
  if (vcpu === 0.25) return `${fargateMemories(vcpu).join(', ')} MiB`;
  return `${size.min}–${size.max} MiB in steps of ${size.step}`;
}
