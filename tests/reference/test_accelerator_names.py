"""Names of accelerators as people, drivers, schedulers, clouds and bills write them; no name lands on another product.

Spellings that people reported: mlco2/codecarbon#544 and #523 ("8 x NVIDIA A40"), neilmunday/slurm-mail#142
(gres/gpu:a100_3g.20gb=1), skypilot-org/skypilot (H100:8), mlco2/impact#39 and ray-project/ray#62526 (what the number
in the name of a TPU slice counts), MakazhanAlpamys/Soup#831 (A4000 is not an A40, A100X is not an A100).
"""

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.errors import UnknownNameError
from costsvc.reference.accelerator_suggestions import GROUPS

H100, H100_PCIE, H100_NVL = "nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb", "nvidia-h100-nvl-94gb"
A100_80, A100_40 = "nvidia-a100-sxm4-80gb", "nvidia-a100-sxm4-40gb"
V100 = "nvidia-v100-sxm2-32gb"


@pytest.fixture(scope="module")
def names(catalog):
    return catalog.accelerators


@pytest.mark.parametrize(
    ("name", "id_", "accelerators"),
    [
        ("8 x NVIDIA A40", "nvidia-a40", 8),
        ("8xH100", H100, 8),
        ("8x NVIDIA H100 80GB HBM3", H100, 8),
        ("H100 x 8", H100, 8),
        ("H100x8", H100, 8),
        ("H100 \N{MULTIPLICATION SIGN} 8", H100, 8),
        ("H100 (x8)", H100, 8),
        ("H100 8x", H100, 8),
        ("H100:8", H100, 8),
        ("{H100: 8}", H100, 8),
        ("H100:80GB:8", H100, 8),
        ("nvidia:A100:40GB:2", A100_40, 2),
        ("2*V100", V100, 2),
        ("64 NVIDIA H100 GPUs", H100, 64),
        ("1,024 H100", H100, 1024),
        ("8-GPU A100", A100_80, 8),
        ("A100 (8 GPUs)", A100_80, 8),
        ("8x A100 (40 GB SXM4)", A100_40, 8),
        ("1x H100 (80 GB PCIe)", H100_PCIE, 1),
        ("8 H100s", H100, 8),
        ("8 V100s", V100, 8),
        ("8 V100S", "nvidia-v100s-pcie-32gb", 8),
        ("8x L40s", "nvidia-l40s", 8),
        ("MI250 x 8", "amd-mi250", 8),
        ("2 x TITAN X", "nvidia-titan-x-pascal", 2),
        ("16 Trainium 2 chips", "aws-trainium2", 16),
        ("2x Intel Xeon Platinum 8480+", "cpu-intel-xeon-platinum-8480", 2),
        ("gpu:a100:4", A100_80, 4),
        ("gpu:a100:4(S:0-1)", A100_80, 4),
        ("gres/gpu:a100=4", A100_80, 4),
        ("gres:gpu:tesla_v100-sxm2-32gb:4", V100, 4),
        ("gpu:nvidia_a100_80gb_pcie:2", "nvidia-a100-pcie-80gb", 2),
        ("gpu:2080ti:4", "nvidia-rtx-2080-ti", 4),
        ("gpu:mi250x:8", "amd-mi250x", 8),
        ("RTX3090x2", "nvidia-rtx-3090", 2),
        ("RX580x2", "amd-rx-580", 2),
        ("mx250x2", "nvidia-mx250", 2),
        ("2x3090", "nvidia-rtx-3090", 2),
        ("gpu:a100.40gb:2", A100_40, 2),
    ],
)
def test_a_name_may_say_how_many(names, name, id_, accelerators):
    found = names.read(name)
    assert (found.id, found.says) == (id_, {"accelerators": accelerators})
    assert found.box == 1


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("H100s", H100),
        ("H 100", H100),
        ("H100 SXM", H100),
        ("H100 HGX", H100),
        ("H100_NVLINK_80GB", H100),
        ("NVIDIA Hopper H100", H100),
        ("H100 94GB", H100_NVL),
        ("A100 80G", A100_80),
        ("A100-80", A100_80),
        ("A100, 80GB, SXM4", A100_80),
        ("A100:40GB", A100_40),
        ("A100_PCIE_80GB", "nvidia-a100-pcie-80gb"),
        ("V100-16", "nvidia-v100-sxm2-16gb"),
        ("NVIDIA H200 143771MiB", "nvidia-h200-sxm"),
        ("NVIDIA GH200 120GB", "nvidia-gh200"),
        ("MI300X OAM 192GB", "amd-mi300x"),
        ("B200 192GB", "nvidia-b200"),
        ("RTX PRO Server 6000", "nvidia-rtx-pro-6000-bw-server"),
        ("RTX3090Ti", "nvidia-rtx-3090-ti"),
        ("Quadro RTX A6000", "nvidia-rtx-a6000"),
        ("RTX 3080 Max-Q", "nvidia-rtx-3080-laptop"),
        ("RTX 4090 Mobile", "nvidia-rtx-4090-laptop"),
        ("Tesla M60 GPUs", "nvidia-m60-gpu"),
        ("Gaudi 3 accelerators", "intel-gaudi3-oam"),
        ("M3 Max 64GB", "apple-m3-max"),
        ("NVIDIA-A100-SXM4-40GB-SHARED", A100_40),
        ("nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3", H100),
        ("cloud.google.com/gke-accelerator=nvidia-tesla-t4", "nvidia-t4"),
        ("nvidia-l4", "nvidia-l4"),
        ("tpu-v5-lite-podslice", "google-tpu-v5e"),
        ("tpu7x", "google-tpu-v7"),
        ("GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5c1e)", A100_40),
        ("_CudaDeviceProperties(name='NVIDIA A100-SXM4-80GB', major=8, minor=0)", A100_80),
        ("device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability: 7.5", "nvidia-t4"),
        ("01:00.0 3D controller: NVIDIA Corporation GH100 [H100 SXM5 80GB] (rev a1)", H100),
        ("Card series: AMD Instinct MI300X OAM", "amd-mi300x"),
        ("GPU[0] : Card Series: AMD Instinct MI210", "amd-mi210"),
        ("[0] NVIDIA A100-SXM4-40GB", A100_40),
        ("cuda:0 NVIDIA A100-SXM4-80GB, NVLink", A100_80),
        ("TpuV5e", "google-tpu-v5e"),
        ("Chipset Model: Apple M2 Max", "apple-m2-max"),
        ("Apple M2 Max (38-core GPU)", "apple-m2-max"),
        ("Nvidia L4 GPU attached to Spot Preemptible VMs running in Iowa", "nvidia-l4"),
    ],
)
def test_a_name_may_have_more_in_it(names, name, id_):
    found = names.read(name)
    assert found.id == id_
    assert found.slice is None
    assert "accelerators" not in found.says


@pytest.mark.parametrize(
    ("name", "id_", "accelerators"),
    [
        ("DGX H100", H100, 8),
        ("HGX H200 8-GPU", "nvidia-h200-sxm", 8),
        ("HGX A100 4-GPU", A100_80, 4),
        ("DGX A100 640GB", A100_80, 8),
        ("DGX A100 320GB", A100_40, 8),
        ("DGX A100 80GB", A100_80, 8),
        ("DGX B200", "nvidia-b200", 8),
        ("DGX-2", "nvidia-v100-sxm3-32gb", 16),
        ("DGX Station A100", A100_80, 4),
        ("GB200 NVL72", "nvidia-gb200", 72),
        ("NVL72", "nvidia-gb200", 72),
        ("GB200 superchip", "nvidia-gb200", 2),
        ("trn2 logical NeuronCore (LNC=2)", "aws-trainium2-core", 2),
    ],
)
def test_a_box_or_a_rack_has_several(names, name, id_, accelerators):
    found = names.read(name)
    assert (found.id, found.says, found.box) == (id_, {"accelerators": accelerators}, accelerators)


def test_several_boxes_are_counted_in_accelerators(names):
    assert names.read("2x DGX H100").says == {"accelerators": 16}
    assert names.read("DGX H100 x 4").says == {"accelerators": 32}
    assert names.read("DGX H100 x 8") is None  # eight boxes, or the eight of one


@pytest.mark.parametrize(
    ("name", "id_", "chips"),
    [
        ("v2-8", "google-tpu-v2", 4),
        ("TPU v3-8", "google-tpu-v3", 4),
        ("tpu-v3-256", "google-tpu-v3", 128),
        ("v4-8", "google-tpu-v4", 4),
        ("v4-2048", "google-tpu-v4", 1024),
        ("TPU v5p-128", "google-tpu-v5p", 64),
        ("v5litepod-16", "google-tpu-v5e", 16),
        ("tpu-v5e-4", "google-tpu-v5e", 4),
        ("v6e-8", "google-tpu-v6e", 8),
        ("tpu7x-8", "google-tpu-v7", 4),
        ("ct5p-hightpu-4t", "google-tpu-v5p", 4),
        ("tpu7x-standard-4t", "google-tpu-v7", 4),
        ("tpu-v4-podslice 2x2x4", "google-tpu-v4", 16),
        ("tpu-v5-lite-podslice:2x4", "google-tpu-v5e", 8),
        ("tpu v4 2x2x2", "google-tpu-v4", 8),
        ("tpu-v5litepod-8:2", "google-tpu-v5e", 16),
        ("TPU v4 (512 chips)", "google-tpu-v4", 512),
    ],
)
def test_the_number_of_a_tpu_slice_counts_cores_or_chips_by_generation(names, name, id_, chips):
    found = names.read(name)
    assert (found.id, found.says) == (id_, {"accelerators": chips})


@pytest.mark.parametrize(
    ("name", "id_", "slice_", "compute", "memory"),
    [
        ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", A100_80, "3g.40gb", 3 / 7, 4 / 8),
        ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", A100_40, "1g.5gb", 1 / 7, 1 / 8),
        ("a100_3g.20gb", A100_40, "3g.20gb", 3 / 7, 4 / 8),
        ("a100_1g.10gb", A100_80, "1g.10gb", 1 / 7, 1 / 8),
        ("A100 40GB 1g.10gb", A100_40, "1g.10gb", 1 / 7, 2 / 8),
        ("H100 NVL 4g.47gb", H100_NVL, "4g.47gb", 4 / 7, 4 / 8),
        ("H100 1g.10gb+me", H100, "1g.10gb", 1 / 7, 1 / 8),
        ("NVIDIA-H200-MIG-1g.18gb", "nvidia-h200-sxm", "1g.18gb", 1 / 7, 1 / 8),
        ("A30 2g.12gb", "nvidia-a30", "2g.12gb", 2 / 4, 2 / 4),
        ("nvidia.com/mig-1g.5gb", A100_40, "1g.5gb", 1 / 7, 1 / 8),
        ("MI300X CPX", "amd-mi300x", "cpx", 1 / 8, 1 / 8),
        ("NVIDIA A10-4Q", "nvidia-a10", "4q", 1 / 6, 1 / 6),
        ("GRID V100DX-16Q", V100, "16q", 1 / 2, 1 / 2),
    ],
)
def test_a_part_of_a_device_has_its_shares_and_a_name_that_reads_back(names, name, id_, slice_, compute, memory):
    found = names.read(name)
    assert (found.id, found.slice) == (id_, slice_)
    assert (found.compute_share, found.memory_share) == pytest.approx((compute, memory))
    again = names.read(found.name)
    assert (again.id, again.slice, again.compute_share, again.memory_share) == (
        *(found.id, found.slice),
        *(found.compute_share, found.memory_share),
    )


def test_slices_are_counted_as_slices(names):
    found = names.read("gres/gpu:a100_3g.20gb:2")
    assert (found.slice, found.says) == ("3g.20gb", {"accelerators": 2})
    assert names.read("H100 7g.80gb").slice is None


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("NVIDIA A100X", A100_80, id="another-product"),
        pytest.param("A1000", A100_80, id="longer-number"),
        pytest.param("A40 00", "nvidia-rtx-a4000", id="number-in-two"),
        pytest.param("H100 96GB PCIe", H100, id="memory-of-no-variant"),
        pytest.param("A100 60GB", A100_80, id="no-such-memory"),
        pytest.param("H100 SXM4", H100, id="no-such-form"),
        pytest.param("RTX 4090 SXM5", "nvidia-rtx-4090", id="form-of-others"),
        pytest.param("AMD A100", A100_80, id="another-vendor"),
        pytest.param("NVIDIA MI300X", "amd-mi300x", id="vendor-of-others"),
        pytest.param("GeForce A100", A100_80, id="line-of-others"),
        pytest.param("GeForce RTX 4000", "nvidia-quadro-rtx-4000", id="line-of-gaming"),
        pytest.param("RTX 2080s", "nvidia-rtx-2080", id="plural-or-super"),
        pytest.param("MI250X8", "amd-mi250", id="x-of-the-product-or-count"),
        pytest.param("TITAN X 2", "titan-x", id="x-of-the-name-or-count"),
        pytest.param("H100 8", H100, id="bare-number"),
        pytest.param("0 x H100", H100, id="none"),
        pytest.param("2x H100 x 4", H100, id="two-counts"),
        pytest.param("A100 80GB 40GB", A100_80, id="two-memories"),
        pytest.param("A100 5g.40gb", A100_80, id="no-such-profile"),
        pytest.param("T4 1g.5gb", "nvidia-t4", id="no-slices"),
        pytest.param("nvidia.com/mig-1g.10gb", f"{A100_80}-mig-1g.10gb", id="profile-of-several"),
        pytest.param("v4-7", "google-tpu-v4", id="half-a-chip"),
        pytest.param("TPU v5-8", "google-tpu-v5p", id="generation-of-two-kinds"),
        pytest.param("v3", "google-tpu-v3", id="bare-generation"),
    ],
)
def test_what_fits_no_product_whole_is_refused_with_its_relatives(catalog, name, near):
    with pytest.raises(UnknownNameError) as refused:
        catalog.accelerator(name)
    assert near in refused.value.near


@pytest.mark.parametrize(
    "name", ["rtx30901", "8x8", "8x 24GB", "100x100", "2x2x2", "8x hopper", "rtx", "gfx942x8", "A100.5"]
)
def test_digits_beside_letters_are_read_as_no_other_product(names, name):
    assert names.read(name) is None


def test_every_product_that_is_suggested_for_a_group_is_in_the_table(catalog):
    assert {id_ for ids in GROUPS.values() for id_ in ids} <= set(catalog.tables["accelerators"].rows)


@pytest.mark.parametrize(
    "name", ["NVIDIA", "gpu", "gpu:4", "gres/gpu=4", "8x", "x", "habana.ai/gaudi", "HPU", "gfx942"]
)
def test_a_name_without_a_product_is_refused(names, name):
    assert names.read(name) is None


def test_every_known_name_is_read_behind_a_count_as_alone(names, catalog):
    differing = []
    for alias, row in catalog.tables["accelerator_aliases"].rows.items():
        found = names.read(f"3 x {alias}")
        units = int(row["units"])
        if found is not None and (found.id, found.says) != (row["accelerator_id"], {"accelerators": 3.0 * units}):
            differing.append((alias, found))
    assert differing == []


@given(st.text(alphabet="ahmtv0123458xg.-: _()", max_size=14))
def test_any_text_is_read_or_refused(catalog, text):
    found = catalog.accelerators.read(text)
    assert found is None or catalog.row("accelerators", found.id) or catalog.row("cpus", found.id)


@pytest.mark.parametrize("name", ["h100", "NVIDIA A100-SXM4-80GB", "gpu:a100:4", "a100_3g.20gb"])
def test_a_known_name_is_read_in_microseconds(names, name):
    assert min(timeit.repeat(lambda: names.read(name), number=200, repeat=5)) / 200 < 30e-6
