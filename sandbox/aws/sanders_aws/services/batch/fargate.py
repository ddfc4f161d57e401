"""The sizes that Fargate offers.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html (MEMORY, VCPU).
"""

# Memory in MiB that goes with each number of vCPUs.
MEMORY: dict[float, range | tuple[int, ...]] = {
    0.25: (512, 1024, 2048),
    0.5: range(1024, 4096 + 1, 1024),
    1: range(2048, 8192 + 1, 1024),
    2: range(4096, 16384 + 1, 1024),
    4: range(8192, 30720 + 1, 1024),
    8: range(16384, 61440 + 1, 4096),
    16: range(32768, 122880 + 1, 8192),
}


def offers(vcpus: float, memory: int) -> bool:
    """Whether Fargate runs jobs with so many vCPUs and so much memory (MiB)."""
    return memory in MEMORY.get(vcpus, ())
