"""Table ``instances``: the machines that clouds rent out, with and without accelerators."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.rows import facts

AWS = "ccf-coefficients/aws-instances-latest-2026.csv"
GCP = "ccf-coefficients/gcp-instances-latest-2026.csv"
NAMED_VCPUS = {"azure": r"^Standard_[A-Z]+(\d+)", "gcp": r"-standard-(\d+)$", "nebius": r"-(\d+)vcpu-"}
WHOLE_HOST = 8
"""Accelerators of the largest host: machines with more span several."""
WATTS_WITH_HOST = "google-tpu"
"""Boards whose figures hold their host, so that a smaller machine has no smaller share of it."""
SOLD_BY = {"karpenter-aws", "karpenter-azure", "karpenter-gcp", "skypilot"}


def instances(offers: pd.DataFrame, upstream: Path) -> pd.DataFrame:
    """Every machine with its accelerators, or its share of the sockets of a host.

    Args:
        offers: Rows of :func:`price_lists.listed` with ``accelerator_id``.
        upstream: Folder with the upstream files.
    """
    sold = offers[offers["instance_type"].notna() & offers["source_id"].isin(SOLD_BY)]
    sold = sold.rename(columns={"count": "accelerators"}).assign(quality="reported")
    rows = pd.concat([facts("instance_facts.csv"), sold], ignore_index=True)
    rows = rows.drop_duplicates(["provider", "instance_type"])
    documented = sizes(upstream)
    rows = rows.merge(documented.add_suffix("_told"), "left", left_on=["provider", "instance_type"], right_index=True)
    for column in ("vcpus", "memory_gb"):
        rows[column] = rows[column].fillna(rows[f"{column}_told"])
    rows["vcpus"] = rows["vcpus"].fillna(_named_vcpus(rows))
    rows = pd.concat([rows.assign(host_share=host_shares(rows)), processors(documented)], ignore_index=True)
    rows = rows.drop_duplicates(["provider", "instance_type"])
    return rows.assign(instance_id=rows["provider"] + ":" + rows["instance_type"])


def sizes(upstream: Path) -> pd.DataFrame:
    """Virtual processors and memory by provider and machine, and the series of each."""
    aws = pd.read_csv(upstream / AWS).rename(columns={"Memory (GiB)": "memory_gb", "vCPUs": "vcpus"})
    gcp = pd.read_csv(upstream / GCP)
    gcp = gcp.rename(
        columns={"Instance Type": "instance_type", "Instance vCPU": "vcpus", "Instance Memory": "memory_gb"}
    )
    aws = aws.rename(columns={"Instance Type": "instance_type"})
    both = pd.concat(
        [
            aws.assign(provider="aws", family=aws["instance_type"].str.partition(".")[0]),
            gcp.assign(provider="gcp", family=gcp["instance_type"].str.partition("-")[0]),
        ]
    )
    shared = both["instance_type"].str.contains(r"-(?:micro|small|medium)$") & (both["provider"] == "gcp")
    documented = pd.concat([both[~shared].assign(source_id="ccf"), facts("size_facts.csv")])
    columns = ["vcpus", "memory_gb"]
    documented[columns] = documented[columns].apply(pd.to_numeric, errors="coerce")
    documented["source_id"] = documented["source_id"].fillna(documented["provider"] + "-instances")
    documented = documented.drop_duplicates(["provider", "instance_type"]).set_index(["provider", "instance_type"])
    return documented[[*columns, "family", "source_id"]]


def _named_vcpus(rows: pd.DataFrame) -> "pd.Series[float]":
    """Sellers write the number of virtual processors into names: behind the letters of a series, or as a size."""
    pattern = rows["provider"].map(NAMED_VCPUS)
    result = [
        rows.loc[pattern == one, "instance_type"].str.extract(one)[0].astype(float) for one in pattern.dropna().unique()
    ]
    named: pd.Series[float] = pd.concat(result).reindex(rows.index)
    return named


def host_shares(rows: pd.DataFrame) -> "pd.Series[float]":
    """Processors that come with an accelerator, over those that come with it in the largest size of one host."""
    per_accelerator = rows["vcpus"] / rows["accelerators"]
    whole = rows.assign(per=per_accelerator, one=rows["accelerators"].where(rows["accelerators"] <= WHOLE_HOST, 0))
    whole = whole.sort_values(["one", "per"], kind="stable", na_position="first")
    largest = whole.drop_duplicates(["provider", "accelerator_id"], keep="last")
    per = largest.set_index(["provider", "accelerator_id"])["per"]
    keys = pd.MultiIndex.from_frame(rows[["provider", "accelerator_id"]])
    share: pd.Series[float] = per_accelerator / per.reindex(keys).to_numpy()
    alone = rows.index.isin(largest.index) | rows["accelerator_id"].str.startswith(WATTS_WITH_HOST)
    return share.where(~alone, 1.0)


def processors(documented: pd.DataFrame) -> pd.DataFrame:
    """Machines without an accelerator: as much of a socket as their share of its threads."""
    known = facts("instance_processor_facts.csv").set_index(["provider", "family"])
    rows = documented.reset_index().merge(known, left_on=["provider", "family"], right_index=True).dropna()
    share = rows["vcpus"] / (rows["threads_per_core"] * rows["cores_per_socket"])
    listed = rows["provider"].map({"aws": AWS, "gcp": GCP}).str.replace("ccf-coefficients", "data")
    told = listed.where(rows["source_id"] == "ccf", "sizes of virtual machines") + ": " + rows["instance_type"]
    cores = "; " + rows["cores_per_socket"].astype(str) + " cores to a socket, " + rows["threads_per_core"].astype(str)
    return rows.assign(accelerators=share, locator=told + cores + " threads to a core")
