"""Names of models as they are written: what is taken from them, and that none leads to another size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.reference.model_forms import forms, squash, stem
from costsvc.reference.model_names import UNSAID, ModelNames
from costsvc.reference.names import plain

SIZES = {
    "llama-3.1-8b": 8.03,
    "llama-3.1-70b": 70.6,
    "llama-3-8b": 8.03,
    "llama-3.2-1b": 1.24,
    "deepseek-r1": 671.0,
    "deepseek-v3": 671.0,
    "deepseek-r1-distill-qwen-7b": 7.6,
    "qwen3-235b-a22b": 235.1,
    "qwen3-30b-a3b": 30.5,
    "qwen2.5-7b": 7.6,
    "gemma-2-9b": 9.24,
    "gemma-2-27b": 27.2,
    "mixtral-8x7b": 46.7,
    "mistral-large-2": 123.0,
    "mistral-large-3": 675.0,
    "gpt-oss-120b": 116.8,
    "claude-sonnet-4-5": None,
    "mpt-7b": 6.7,
}
ALIASES = {
    "meta-llama/llama-3.1-8b-instruct": "llama-3.1-8b",
    "deepseek-r1:7b": "deepseek-r1-distill-qwen-7b",
    "qwen2.5": "qwen2.5-7b",
    "gemma2": "gemma-2-9b",
    "mistral-large-2407": "mistral-large-2",
    "mistral-large-2512": "mistral-large-3",
    "deepseek-v3-0324": "deepseek-v3",
    "qwen/qwen3-30b-a3b-fp8": "qwen3-30b-a3b",
}
ROUTES = ("openrouter/", "hosted_vllm/", "bedrock/us-west-2/", "accounts/fireworks/models/", "azure_ai/", "unsloth/")
PROFILES = ("us.", "eu.", "apac.", "global.", "us-gov.")
FORMATS = {
    "-FP8": "fp8",
    "-FP8-dynamic": "fp8",
    "-NVFP4": "fp4",
    "-AWQ": "int4",
    "-AWQ-INT4": "int4",
    "-GPTQ-Int4": "int4",
    "-GPTQ-Int8": "int8",
    "-quantized.w4a16": "int4",
    "-quantized.w8a8": "int8",
    "-bnb-4bit": "int4",
    ":Q4_K_M": "int4",
    "-Q8_0-GGUF": "int8",
    "-bf16": "bf16",
    "-int8": "int8",
}
WITHOUT_MEANING = (
    "-GGUF",
    "-latest",
    ":free",
    "-turbo",
    "-maas",
    "-20250929",
    "-v1:0",
    ":latest",
    "-instruct",
    "-chat",
)


@pytest.fixture(scope="module")
def names():
    return ModelNames.of(plain(SIZES, ALIASES), SIZES)


def read(names, name):
    """Id and precision of a name, or None."""
    reading = names.read(name)
    return None if reading is None else (reading.id, reading.says.get("precision"))


@pytest.mark.parametrize(
    ("name", "id_", "precision"),
    [
        pytest.param("llama-3.1-8b", "llama-3.1-8b", None, id="id"),
        pytest.param(" LLAMA 3.1_8B ", "llama-3.1-8b", None, id="case-and-separators"),
        pytest.param("llama3.1-8b", "llama-3.1-8b", None, id="run-together"),
        pytest.param("llama-v3p1-8b-instruct", "llama-3.1-8b", None, id="p-for-a-full-stop"),
        pytest.param("llama3-1-8b", "llama-3.1-8b", None, id="dash-for-a-full-stop"),
        pytest.param("llama3.1:8b", "llama-3.1-8b", None, id="tag"),
        pytest.param("llama3.1:8b-instruct-q4_K_M", "llama-3.1-8b", "int4", id="tag-with-a-format"),
        pytest.param("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "llama-3.1-8b", "int4", id="packager"),
        pytest.param("meta-llama-3.1-70b", "llama-3.1-70b", None, id="maker-with-a-dash"),
        pytest.param("meta.llama3-1-70b-instruct-v1:0", "llama-3.1-70b", None, id="marketplace"),
        pytest.param("us.meta.llama3-1-70b-instruct-v1:0", "llama-3.1-70b", None, id="inference-profile"),
        pytest.param("@cf/meta/llama-3.1-8b-instruct-fp8-fast", "llama-3.1-8b", "fp8", id="cloudflare"),
        pytest.param("databricks/databricks-mpt-7b-instruct", "mpt-7b", None, id="cloud-with-a-dash"),
        pytest.param(
            "hf.co/bartowski/gemma-2-9b-it-GGUF:Q4_K_M", "gemma-2-9b", "int4", id="format-after-a-file-format"
        ),
        pytest.param("deepseek-r1:7b", "deepseek-r1-distill-qwen-7b", None, id="tag-of-a-distilled-model"),
        pytest.param("deepseek-r1:671b", "deepseek-r1", None, id="tag-that-states-the-size"),
        pytest.param("mistral.mistral-large-3-675b-instruct", "mistral-large-3", None, id="states-its-size"),
        pytest.param("mistralai/mistral-large-2407", "mistral-large-2", None, id="revision-that-is-a-model"),
        pytest.param("mistral-large-2512", "mistral-large-3", None, id="another-revision"),
        pytest.param("deepseek-v3-0324", "deepseek-v3", None, id="revision-by-day"),
        pytest.param("deepseek-chat-v3-1", None, None, id="unknown-version"),
        pytest.param("qwen3:30b", "qwen3-30b-a3b", None, id="without-active-parameters"),
        pytest.param("qwen3-235b", "qwen3-235b-a22b", None, id="total-alone"),
        pytest.param("Qwen/Qwen3-30B-A3B-FP8", "qwen3-30b-a3b", "fp8", id="alias-that-states-a-format"),
        pytest.param("openai.gpt-oss-120b-1:0", "gpt-oss-120b", None, id="version-without-v"),
        pytest.param("gpt-oss:120b-cloud", "gpt-oss-120b", None, id="tag-of-a-cloud"),
        pytest.param("claude-sonnet-4-5@20250929", "claude-sonnet-4-5", None, id="day-after-an-at"),
        pytest.param("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5", None, id="full-stop-for-a-dash"),
        pytest.param("mixtral:8x7b", "mixtral-8x7b", None, id="experts"),
    ],
)
def test_a_name_is_read_as_its_model(names, name, id_, precision):
    assert read(names, name) == (None if id_ is None else (id_, precision))


@pytest.mark.parametrize(
    "name",
    [
        "llama-3.1-9b",
        "llama3.1:9b",
        "llama-3-1b",
        "llama-3.1-8b-70b",
        "deepseek-r1:8b",
        "deepseek-r1:70b",
        "deepseek-v9",
        "deepseek-v4",
        "gemma-2-10b",
        "gemma2:10b",
        "qwen2.5-8b",
        "qwen2.5:7.5b",
        "qwen3-236b",
        "qwen3-235b-a3b",
        "qwen3-30b-a22b",
        "mixtral-8x8b",
        "mixtral:8x70b",
        "mistral-large",
        "mistral-large-4",
        "mistral-large-2411",
        "mistral-large-3-676b-v2-9b",
        "claude-sonnet-4-6",
        "claude-sonnet-45",
        "my-model",
        "8b",
        "",
        "///",
    ],
)
def test_a_name_of_another_size_or_version_is_not_read(names, name):
    assert names.read(name) is None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("llama-3.1-8b-fp8-awq", id="two-formats"),
        pytest.param("llama-3.1-8b-GPTQ-Int4-FP8", id="three-of-which-two-contradict"),
        pytest.param("llama-3.1-8b:q8_0-q4_K_M", id="two-quantisations"),
    ],
)
def test_formats_that_contradict_each_other_are_refused(names, name):
    assert names.read(name) is None


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("id_", SIZES)
def test_a_route_changes_nothing(names, id_, route):
    assert read(names, route + id_) == (id_, None)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["meta.llama-3.1-8b", "anthropic.claude-sonnet-4-5-20250929-v1:0"])
def test_an_inference_profile_changes_nothing(names, name, profile):
    assert read(names, profile + name) == read(names, name)


@pytest.mark.parametrize(("ending", "precision"), FORMATS.items())
@pytest.mark.parametrize("id_", SIZES)
def test_a_format_says_the_precision_of_the_same_model(names, id_, ending, precision):
    assert read(names, id_ + ending) == (id_, precision)


@given(
    id_=st.sampled_from(sorted(SIZES)),
    route=st.sampled_from(("", *ROUTES)),
    format_=st.sampled_from(("", *FORMATS)),
    endings=st.lists(st.sampled_from(WITHOUT_MEANING), max_size=2),
)
def test_what_is_added_to_a_name_never_leads_to_another_model(names, id_, route, format_, endings):
    found = read(names, route + id_ + "".join(endings) + format_)
    assert found in (None, (id_, FORMATS.get(format_)))


@given(id_=st.sampled_from(sorted(SIZES)), route=st.sampled_from(ROUTES), format_=st.sampled_from(sorted(FORMATS)))
def test_saying_again_what_a_name_says_changes_nothing(names, id_, route, format_):
    once = route + id_ + format_
    assert read(names, once) is not None
    assert read(names, route + once) == read(names, once)
    assert read(names, once + "-GGUF") == read(names, once)
    same = {"int4": "-int4", "int8": "-int8"}.get(FORMATS[format_], f"-{FORMATS[format_]}")
    assert read(names, once + same) == read(names, once)


@given(st.text(max_size=300))
def test_any_text_is_read_or_not(names, text):
    reading = names.read(text)
    assert reading is None or reading.id in SIZES
    assert len(names.nearest(text)) <= 3


def test_what_is_taken_from_a_name_is_noted(names):
    notes = names.read("bedrock/us.meta.llama3-1-70b-instruct-v1:0").notes
    assert notes == ("prefix bedrock", "inference profile us", "maker meta", "revision v1:0")
    assert names.read("Llama 3.1 8B").notes == ()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("lama-3.1-8b", "llama-3.1-8b", id="misspelt"),
        pytest.param("llama-3.1-71b", "llama-3.1-70b", id="nearest-size"),
        pytest.param("qwen3-236b", "qwen3-235b-a22b", id="size-without-active-parameters"),
        pytest.param("deepseek-r1-distill-qwen-8b", "deepseek-r1-distill-qwen-7b", id="distilled"),
        pytest.param("cluade-sonnet-4-5", "claude-sonnet-4-5", id="letters-swapped"),
        pytest.param("someone/tiny-random-gpt-oss-mxfp4", "gpt-oss-120b", id="family-inside-the-name"),
        pytest.param("RedHatAI/gemma-2-9b-speculator.eagle3", "gemma-2-9b", id="draft-model"),
    ],
)
def test_the_nearest_names_are_of_the_same_family(names, name, nearest):
    assert names.nearest(name)[0] == nearest


def test_a_name_like_no_other_has_no_nearest(names):
    assert names.nearest("xyzzy") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("llama-3.1-8b", "Llama3.1:8b", True),
        ("llama-v3p1-8b", "llama-3.1-8b", True),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929", True),
        ("llama-3-18b", "llama-31-8b", False),
        ("phi-3.5", "phi-35", False),
        ("qwen-1-5", "qwen-15", False),
    ],
)
def test_separators_part_numbers_and_nothing_else(one, other, same):
    assert (squash(one.lower()) == squash(other.lower())) is same


def test_forms_go_from_the_whole_name_to_the_shortest():
    texts = [form.text for form in forms("azure/eu/gpt-4o-2024-08-06")]
    assert texts[0] == "azure/eu/gpt-4o-2024-08-06"
    assert texts[-1] == "gpt-4o"
    assert len(list(forms("a/" * 300))) < 50
    assert stem("hf.co/bartowski/gemma-2-9b-it-GGUF:Q4_K_M") == "gemma-2-9b"


@pytest.mark.parametrize(
    ("name", "model", "is_told"),
    [
        ("llama3", "llama-3-8b", True),
        ("llama3:latest", "llama-3-8b", True),
        ("ollama/qwen3", "qwen3-8b", True),
        ("llama3:8b", "llama-3-8b", False),
        ("llama-3.1-8b", "llama-3.1-8b", False),
        ("mistral-small-instruct-2409", "mistral-small-22b", False),
    ],
)
def test_a_size_that_a_name_does_not_say_is_told(catalog, name, model, is_told):
    reading = catalog.models.read(name)
    assert reading is not None
    assert (reading.id, UNSAID in reading.notes) == (model, is_told)
