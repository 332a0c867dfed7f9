"""What a price says of a size: fitted to open models, and held against organisations that were left out."""

import shutil

import numpy as np
import pytest
from scipy.stats import binom

from costsvc.evidence.fits import hosted as fit_hosted
from costsvc.model.market import SizeRule, active_params_b
from costsvc.settings import bundled_data

TAILS = fit_hosted.TAILS
MODELS, ORGANIZATIONS = 202, 30


@pytest.fixture(scope="module")
def models(catalog):
    return fit_hosted.hosted_models(catalog)


@pytest.fixture(scope="module")
def errors(models):
    return fit_hosted.log_errors(models)


def test_the_table_is_what_the_prices_ask_for(tmp_path):
    package = shutil.copytree(bundled_data(), tmp_path / "data")
    before = (package / "hosted_fit.csv").read_bytes()
    told = list(fit_hosted.fit(package))
    assert (package / "hosted_fit.csv").read_bytes() == before
    assert told[0].startswith(f"hosted models: {MODELS} open models of {ORGANIZATIONS} organisations")


def test_every_model_of_known_size_that_is_sold_now_is_used_once(models):
    assert len(models.ids) == len(set(models.ids)) == MODELS
    assert len(set(models.organizations)) == ORGANIZATIONS
    assert models.active_b.min() >= fit_hosted.SMALLEST_B
    assert (models.total_b >= 0.99 * models.active_b).all()


def test_the_interval_of_other_organisations_covers_nine_in_ten_models(models, errors):
    covered = 0
    for organization in np.unique(models.organizations):
        own = models.organizations == organization
        low, high = np.quantile(errors[~own], TAILS)
        covered += int(((errors[own] >= low) & (errors[own] <= high)).sum())
    fewest, most = binom.ppf((0.025, 0.975), len(errors), 0.9)
    assert fewest <= covered <= most


def test_predictions_are_not_biased(errors):
    assert 0.8 < np.exp(np.median(errors)) < 1.25


def test_a_price_says_more_than_the_mean_of_all_models(models, errors):
    centred = np.log(models.active_b) - np.log(models.active_b).mean()
    assert np.std(errors) < 0.85 * np.std(centred)


def test_a_model_does_not_take_part_in_its_own_prediction(models, errors):
    place = int(np.argmax(models.organizations == "Meta"))
    own = models.organizations == models.organizations[place]
    rule = fit_hosted.solve(models, ~own)
    predicted = active_params_b(rule, models.input_usd[place], models.output_usd[place])
    assert errors[place] == pytest.approx(np.log(models.active_b[place] / predicted))


def test_a_relation_that_holds_is_found():
    rng = np.random.default_rng(7)
    entering, leaving = np.exp(rng.normal(-1, 1, 50)), np.exp(rng.normal(0, 1, 50))
    known = SizeRule(intercept=3.0, input_exponent=0.6, output_exponent=0.2, lowest_usd=0.0, highest_usd=np.inf)
    made = fit_hosted.HostedModels(
        ids=[str(n) for n in range(50)],
        organizations=np.array(["a", "b"] * 25),
        active_b=np.asarray(active_params_b(known, entering, leaving)),
        total_b=np.ones(50),
        input_usd=entering,
        output_usd=leaving,
        released_on=[""] * 50,
        markup=np.full(50, np.nan),
    )
    found = fit_hosted.solve(made, np.ones(50, dtype=bool))
    assert (found.intercept, found.input_exponent, found.output_exponent) == pytest.approx((3.0, 0.6, 0.2))


def test_dearer_models_are_larger(catalog):
    rows = catalog.tables["hosted_fit"].rows
    rule = SizeRule(**{name: rows[name]["value"] for name in SizeRule.__dataclass_fields__})
    sizes = [active_params_b(rule, usd, 4 * usd) for usd in (0.001, 0.1, 1.0, 3.0, 100.0)]
    assert sizes == sorted(sizes)
    assert sizes[0] > 1  # prices beyond those of the fit count as its ends
    assert sizes[-1] < 1000
    # llama-3.1-8b is sold at about 0.05 and 0.08, deepseek-v3 with 37 active at about 0.3 and 1.0
    assert 5 < active_params_b(rule, 0.07, 0.08) < 15
    assert 10 < active_params_b(rule, 0.3, 1.0) < 40
