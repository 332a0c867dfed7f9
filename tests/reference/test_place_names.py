"""Names of places as people and tools write them: each is read as its own place, or refused with what it could mean."""

import time

import pytest

from costsvc.errors import UnknownNameError
from costsvc.reference.place_index import normal

RUN = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "accelerator_hours": 1000, "total_params_b": 8}
SPELLINGS = {
    "aws:us-east-1": (
        "us-east-1|AWS us-east-1|aws/us-east-1|us_east_1|US East (N. Virginia)|N. Virginia|US East (Northern Virginia)"
        "|us-east-1 (AWS)|Amazon Web Services us-east-1|USE1|aws useast1|AWS N. Virginia|region us-east-1"
        "|米国東部 (バージニア北部)"
    ),
    "aws:ap-southeast-1": "APS1|Asia Pacific (Singapore)|AWS Singapore|aws:APS1",
    "aws:eu-west-1": "EU (Ireland)|AWS Ireland|AWS Dublin|aws:EU",
    "aws:eu-west-3": "AWS Paris|Paris (AWS)|EU (Paris)|Europe (Paris)",
    "aws:us-gov-west-1": "AWS GovCloud (US)|us-gov-west-1",
    "azure:eastus": "East US|eastus|(US) East US|Azure East US|azure:ue|EASTUS",
    "azure:westus": "WestUS|West US",
    "azure:westus2": "West US 2|uswest2|Azure West US 2",
    "azure:westeurope": "EuropeWest|West Europe|azure:euw|Microsoft Azure: West Europe|EU West",
    "azure:australiaeast": "Australia East|AUSTRALIAEAST|AU East",
    "azure:uaenorth": "uaen|UAE North|azure:uaen",
    "azure:francecentral": "Azure Paris|France Central",
    "gcp:us-central1": "us-central1|google:us-central1|Google Cloud us-central1|gcp Iowa|us-central1 (Iowa)",
    "gcp:europe-west4": "google:europe-west4|Netherlands (europe-west4)|GCP europe-west4",
    "gcp:asia-northeast1": "Tokyo (asia-northeast1)|GCP Tokyo",
    "oci:us-ashburn-1": "Oracle us-ashburn-1|US East (Ashburn)|oci:IAD|us-ashburn-1",
    "alibaba:cn-beijing": "华北2|aliyun cn-beijing",
    "hetzner:hel1": "Hetzner Helsinki|hel1",
    "ovh:lz-ams": "OVH Amsterdam",
    "DEU": "Germany|Deutschland|DE|Federal Republic of Germany|Allemagne",
    "ESP": "España|Spain|Kingdom of Spain",
    "JPN": "日本|Nippon|JP",
    "CHE": "Schweiz|Suisse|Swiss Confederation",
    "CZE": "Czech Republic|Czechia|Česko",
    "USA": "United States of America|U.S.A.|USA|the United States",
    "GBR": "UK|U.K.|Great Britain|United Kingdom of Great Britain and Northern Ireland",
    "KOR": "South Korea|Korea, Republic of|Republic of Korea|대한민국",
    "SWZ": "Swaziland|Eswatini|Kingdom of Eswatini",
    "NLD": "Holland|The Netherlands",
    "CIV": "Côte d'Ivoire|Ivory Coast|Cote d Ivoire",
    "REU": "Réunion|Reunion|FR-974|La Réunion",
    "PRI": "US-PR|Puerto Rico",
    "GEO": "Republic of Georgia|GEO",
    "EU27": "EU|European Union|Europäische Union",
    "europe": "Europe|Europa",
    "north-america": "North America",
    "asia": "Asia",
    "CA-QC": "Quebec|Québec|CA-QC|Quebec, Canada|QC, Canada",
    "US-GA": "Georgia, USA|Georgia (US)|US-GA",
    "US-VA": "Virginia|Virginia, USA|US Virginia",
    "GB-NIR": "Northern Ireland|GB-NIR",
    "GB-SCT": "Scotland|Alba",
    "GB-ENG": "England",
    "IN-MH": "IN-MH|Maharashtra|Mahārāshtra|Maharashtra, India",
    "DE-BY": "DE-BY|Bayern|Bavaria|Bavaria, Germany",
    "IT-MI": "IT-MI",
    "em:SE-SE3": "SE3|SE-SE3|em:SE-SE3",
    "em:NO-NO1": "NO1|NO-NO1",
    "em:DK-DK1": "DK1|West Denmark",
    "em:JP-TK": "JP-TK|TEPCO|Tokyo Electric",
    "em:US-MIDA-PJM": "PJM|PJM Interconnection|US-MIDA-PJM",
    "em:US-CAL-CISO": "CAISO",
    "em:US-TEX-ERCO": "ERCOT",
    "em:US-NE-ISNE": "ISO-NE|ISO New England",
    "em:GB": "National Grid ESO",
    "em:FR": "RTE",
    "em:AU-NSW": "AEMO NSW",
    "world": "world|Global|worldwide",
}
READ = {
    "us-east-1a": ("aws:us-east-1", "availability zone a"),
    "AWS us-east-1a": ("aws:us-east-1", "availability zone a"),
    "use1-az1": ("aws:us-east-1", "availability zone 1"),
    "aps1-az2": ("aws:ap-south-1", "availability zone 2"),
    "us-central1-a": ("gcp:us-central1", "zone a"),
    "gcp:us-central1-a": ("gcp:us-central1", "zone a"),
    "eastus-1": ("azure:eastus", "availability zone 1"),
    "Uocm:PHX-AD-1": ("oci:us-phoenix-1", "availability domain 1"),
    "ovh:GRA11": ("ovh:gra", "data centre 11"),
    "GRA11": ("ovh:gra", "data centre 11"),
    "fr-par-2": ("scaleway:fr-par", "zone 2"),
    "fsn1-dc14": ("hetzner:fsn1", "data centre 14"),
    "cn-hangzhou-i": ("alibaba:cn-hangzhou", "zone i"),
    "US-EAST-04A": ("coreweave:US-EAST-04", "zone a"),
    "USE1-BoxUsage:p5.48xlarge": ("aws:us-east-1", "billing code USE1"),
    "APE1-USE1-AWS-In-Bytes": ("aws:ap-east-1", "billing code APE1"),
    "us-west-2-lax-1a": ("city:US-CA/Los-Angeles", "a local zone of aws:us-west-2"),
    "us-east-1-wl1-bos-wlz-1": ("city:US-MA/Boston", "a local zone of aws:us-east-1"),
    "aps1-ccu1-az1": ("city:IN/Kolkata", "a local zone of aws:ap-south-1"),
    "usw2-lax1-az1": ("city:US-CA/Los-Angeles", "on the grid em:US-CAL-LDWP"),
    "Azure Paris": ("azure:francecentral", "the only region of azure there"),
    "Paris": ("city:FR/Paris", "cloud regions there: gcp:europe-west9, azure:francecentral, aws:eu-west-3"),
    "Paris, France": ("city:FR/Paris", "on the grid em:FR"),
    "Dublin": ("city:IE/Dublin", "azure:northeurope, aws:eu-west-1"),
    "Hamburg": ("city:DE/Hamburg", "on the grid em:DE"),
    "Frankfurt": ("city:DE/Frankfurt-am-Main", "gcp:europe-west3, azure:germanywestcentral, aws:eu-central-1"),
    "Zuerich": ("city:CH/Zurich", "gcp:europe-west6"),
    "Mumbai": ("city:IN/Mumbai", "on the grid em:IN-WE"),
    "Portland, OR": ("city:US-OR/Portland", "on the grid em:US-NW-PGE"),
    "San Jose, CA": ("city:US-CA/San-Jose", "on the grid em:US-CAL-CISO"),
    "New York, NY": ("city:US-NY/New-York-City", "on the grid em:US-NY-NYIS"),
    "us-south-2": ("lambda:us-south-2", "a region of lambda"),
    "EU-WEST-PAR": ("ovh:par", "a region of ovh"),
    "EU-WEST-PAR-A": ("ovh:par", "zone a"),
    "projects/p/zones/us-central1-a": ("gcp:us-central1", "zone a"),
}
OTHERS = {
    "Georgia": ("GEO", "US-GA"),
    "US East": ("azure:eastus", "aws:us-east-1"),
    "Portland": ("city:US-OR/Portland", "US-ME"),
    "Dublin": ("city:IE/Dublin", "US-OH"),
    "Birmingham": ("GB-BIR", "US-AL"),
    "Washington": ("US-WA", "city:US-DC/Washington"),
}
REFUSED = {
    "Pariss": ["gcp:europe-west9", "azure:francecentral", "FRA"],
    "Frankfrt": ["gcp:europe-west3", "azure:germanywestcentral", "DEU"],
    "us-eats-1": ["aws:us-east-1"],
    "us-central-11": ["gcp:us-central1"],
    "europe-west-44": ["gcp:europe-west4"],
    "useast1": ["aws:us-east-1", "gcp:us-east1"],
    "aws:us-east-9": ["aws:us-east-1"],
    "azure:us-east-1": ["azure:eastus"],
    "Azure Germany": ["azure:germanywestcentral", "azure:germanynorth"],
    "digitalocean nyc": ["digitalocean:nyc1"],
    "euw": ["azure:westeurope"],
    "gra": ["ovh:gra"],
    "Cambridge": ["city:GB/Cambridge", "city:US-MA/Cambridge"],
    "San Jose": ["city:US-CA/San-Jose", "city:CR/San-Jose"],
    "Korea": ["KOR", "PRK"],
    "Scandinavia": ["SWE", "NOR", "DNK"],
    "EMEA": ["europe"],
    "Canary Islands": ["ES-GC", "ES-TF"],
    "Gernamy": ["DEU"],
    "ap-southeast-99": ["aws:ap-southeast-1", "aws:ap-southeast-2"],
    "US West (Paris)": ["aws:eu-west-3", "aws:us-west-1"],
    "SE9": ["em:SE-SE4", "em:SE-SE3"],
    "eu-west-lon": ["aws:eu-west-2"],
    "Sweeden": ["SWE"],
    "Unted States": ["USA"],
    "Virgina": ["US-VA"],
    "north virginia": ["aws:us-east-1"],
}


def cases(table):
    return [pytest.param(name, id_, id=name) for id_, names in table.items() for name in names.split("|")]


@pytest.mark.parametrize(("name", "place"), cases(SPELLINGS))
def test_a_spelling_is_read_as_its_place(catalog, name, place):
    assert catalog.read_place(name).id == place


@pytest.mark.parametrize(("name", "place", "note"), [(name, *found) for name, found in READ.items()])
def test_what_a_name_says_beside_the_place_is_noted(catalog, name, place, note):
    reading = catalog.read_place(name)
    assert reading.id == place
    assert note in "; ".join(reading.notes)


@pytest.mark.parametrize(("name", "place", "other"), [(name, *found) for name, found in OTHERS.items()])
def test_the_other_places_of_a_name_are_named(catalog, name, place, other):
    reading = catalog.read_place(name)
    assert reading.id == place
    assert other in reading.others


@pytest.mark.parametrize(("name", "near"), REFUSED.items())
def test_a_name_that_is_refused_comes_with_what_it_could_mean(catalog, name, near):
    with pytest.raises(UnknownNameError) as refused:
        catalog.read_place(name)
    assert set(near) <= set(refused.value.near)


@pytest.mark.parametrize(
    "name",
    [
        *("aws:eastus", "gcp:eastus", "azure:us-central1", "aws:us-east-1-b-c", "us-east-1aa", "europe-west4-zz"),
        *(
            "us-south-9",
            "Paris" + " " * 300 + "x",
            "n/a",
            "Jersey City",
            "Narnia",
            "xyz",
            "east",
            "zone",
            "aws",
            "",
            "§" * 40,
            "-",
            "a" * 5000,
        ),
    ],
)
def test_what_is_no_place_is_read_as_none(catalog, name):
    assert catalog.place_names.read(name) is None


@pytest.mark.parametrize("name", ["hamburgg", "Stokholm", "Mumbay", "Tokio region", "Londn"])
def test_letters_alone_lead_to_no_other_continent(catalog, name):
    with pytest.raises(UnknownNameError) as refused:
        catalog.read_place(name)
    own = {"hamburgg": "DEU", "Stokholm": "SWE", "Mumbay": "IND", "Tokio region": "JPN", "Londn": "GBR"}[name]
    assert {catalog.place(near).country for near in refused.value.near} <= {own}


def test_every_id_is_read_as_itself_and_says_nothing(catalog):
    wrong = []
    for id_ in catalog.places:
        reading = catalog.place_names.read(id_)
        if reading is None or reading.id != id_ or reading.notes:
            wrong.append((id_, reading))
    assert wrong == []


def test_every_name_of_the_tables_leads_to_its_place_or_to_one_of_the_same_name(catalog):
    names = catalog.place_names
    lost = [
        row["name"]
        for row in catalog.tables["place_names"].rows.values()
        if row["provider"] == "*" and not names.index.meanings(normal(row["name"]))
    ]
    assert lost == []


def test_every_name_of_a_region_is_read_with_its_provider(catalog):
    kinds = {"az-id", "local-zone", "canary"}
    wrong = []
    for row in catalog.tables["place_names"].rows.values():
        if row["provider"] != "*" and row["kind"] not in kinds:
            reading = catalog.place_names.read(f"{row['provider']}: {row['name']}")
            if reading is None or not reading.id.startswith(f"{row['provider']}:"):
                wrong.append((row["provider"], row["name"], reading))
    assert wrong == []


def test_a_known_name_is_read_in_microseconds(catalog):
    names = ("aws:us-east-1", "Paris", "us-east-1a", "IN-MH", "AWS Paris", "East US")
    for name in names:
        catalog.place_names.read(name)
    best = min(_seconds(catalog, names) for _ in range(20))
    assert best / len(names) < 30e-6


def _seconds(catalog, names):
    start = time.perf_counter()
    for name in names:
        catalog.place_names.read(name)
    return time.perf_counter() - start


def ask(client, region):
    answer = client.post("/v1/estimates/training", json=RUN | {"region": region})
    assert answer.status_code == 200, answer.json
    return answer.json


def warning(answer, code="region-name"):
    return next((one["message"] for one in answer["warnings"] if one["code"] == code), None)


@pytest.mark.parametrize(
    ("region", "field", "value"),
    [
        ("us-east-1a", "region", "aws:us-east-1"),
        ("East US", "region", "azure:eastus"),
        ("gcp:us-central1-a", "region", "gcp:us-central1"),
        ("US East (N. Virginia)", "region", "aws:us-east-1"),
        ("ovh:GRA11", "region", "ovh:gra"),
        ("WestUS", "region", "azure:westus"),
        ("Quebec", "zone", "em:CA-QC"),
        ("US-PR", "country", "PRI"),
        ("Northern Ireland", "zone", "em:GB-NIR"),
        ("IN-MH", "zone", "em:IN-WE"),
        ("Czech Republic", "zone", "CZE"),
        ("EuropeWest", "zone", "em:NL"),
        ("West US 2", "zone", "em:US-NW-GCPD"),
        ("SE3", "zone", "em:SE-SE3"),
        ("United States of America", "country", "USA"),
        ("us-east-1a", "zone", "em:US-MIDA-PJM"),
        ("uaen", "zone", "em:AE"),
        ("NO1", "zone", "em:NO-NO1"),
        ("us-central1-a", "zone", "em:US-MIDW-MISO"),
        ("Hamburg", "zone", "em:DE"),
        ("us-west-2-lax-1a", "zone", "em:US-CAL-LDWP"),
        ("Europe", "zone", "europe"),
        ("DE-BY", "zone", "DEU"),
        ("GB-BFS", "zone", "em:GB-NIR"),
        ("Birmingham", "zone", "em:GB"),
    ],
)
def test_an_estimate_takes_the_place_of_the_name(client, region, field, value):
    assert ask(client, region)["place"][field] == value


def test_an_estimate_of_a_city_says_so_and_names_the_regions_there(client):
    answer = ask(client, "Paris")
    assert warning(answer).startswith("'Paris' is read as city:FR/Paris: a city, on the grid em:FR; ")
    assert "gcp:europe-west9, azure:francecentral, aws:eu-west-3" in warning(answer)
    assert answer["place"] | {"region": "", "pue": 0} == {**answer["place"], "region": "", "pue": 0}
    again = client.post("/v1/estimates/training", json=answer["request"])
    assert again.json["energy_kwh"] == answer["energy_kwh"]
    assert again.json["carbon"] == answer["carbon"]
    assert again.json["place"] == answer["place"]
    assert warning(again.json) is None


def test_an_estimate_of_a_zone_warns_and_one_of_its_region_does_not(client):
    assert warning(ask(client, "us-east-1a")) == "'us-east-1a' is read as aws:us-east-1: availability zone a."
    assert warning(ask(client, "aws:us-east-1")) is None
    assert warning(ask(client, "East US")) is None
    assert warning(ask(client, "Georgia")) == "'Georgia' is read as GEO; it could also mean US-GA."


def test_a_city_is_no_building_and_has_no_operator(client):
    laptop = {"accelerator": "Apple M1", "accelerators": 1, "accelerator_hours": 100, "total_params_b": 0.1}
    at_home = client.post("/v1/estimates/training", json=laptop | {"region": "Paris"}).json
    assert at_home["place"]["pue"] == 1.0
    assert warning(at_home, "household") is not None
    in_cloud = client.post("/v1/estimates/training", json=laptop | {"region": "AWS Paris"}).json
    assert in_cloud["place"]["pue"] > 1.0


def test_regions_of_comparisons_are_read_too_and_warned_of(client):
    body = {"training": RUN | {"region": "Dublin"}, "regions": ["Frankfurt", "Azure Paris", "SE3"]}
    answer = client.post("/v1/comparisons/placement", json=body)
    assert answer.status_code == 200, answer.json
    regions = {option["request"]["region"] for option in answer.json["options"]}
    assert regions == {"city:DE/Frankfurt-am-Main", "azure:francecentral", "em:SE-SE3"}
    text = " ".join(one["message"] for one in answer.json["warnings"] if one["code"] == "region-name")
    assert "'Frankfurt' is read as city:DE/Frankfurt-am-Main" in text
    assert "'Dublin' is read as city:IE/Dublin" in text


@pytest.mark.parametrize("region", ["US-CA", "San Francisco", "CAISO", "us-west-1b"])
def test_a_schedule_finds_the_profile_of_the_grid_of_a_name(client, region):
    day = {"earliest": "2027-01-10T00:00:00Z", "deadline": "2027-01-11T00:00:00Z", "duration_h": 3, "energy_kwh": 10}
    answer = client.post("/v1/comparisons/schedule", json=day | {"region": region})
    assert answer.status_code == 200, answer.json
    assert answer.json["windows"]


@pytest.mark.parametrize(
    ("q", "region"), [("N. Virginia", "aws:us-east-1"), ("west europe", "azure:westeurope"), ("paris", "aws:eu-west-3")]
)
def test_regions_are_listed_by_their_names(client, q, region):
    items = client.get("/v1/regions", query_string={"q": q}).json["items"]
    assert region in {item["region_id"] for item in items}


def test_a_region_is_shown_under_each_of_its_names(client):
    assert client.get("/v1/regions/East US").json["region_id"] == "azure:eastus"
    assert client.get("/v1/regions/us-east-1a").json["region_id"] == "aws:us-east-1"
