"""The files of ``deploy/``: they name what exists, and fit each other."""

import re
from fnmatch import fnmatch

import yaml

from chatbot.api.application import _BELOW, _PATHS
from chatbot.settings import Settings
from tests.support import ROOT

MANIFESTS = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/peregrine.yaml").read_text()))
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())


def test_the_deployment_files_name_settings_that_exist() -> None:
    known = {f"CHATBOT_{name.upper()}" for name in Settings.model_fields}
    config = next(each for each in MANIFESTS if each["kind"] == "ConfigMap")["data"]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    used = [*config, *COMPOSE["services"]["replica-1"]["environment"]]
    used += [word.split("=")[0] for word in dockerfile.split() if word.startswith("CHATBOT_")]
    assert len(used) > 8
    assert {name for name in used if name.startswith("CHATBOT_")} <= known


def test_every_selector_of_the_kubernetes_example_finds_the_pods_of_the_service_only() -> None:
    kinds = {each["kind"]: each for each in MANIFESTS}
    web = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    job = kinds["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        kinds["Deployment"]["spec"]["selector"]["matchLabels"],
        kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        kinds["Service"]["spec"]["selector"],
    ]
    for selector in selectors:
        assert selector.items() <= web.items()
        assert not selector.items() <= job.items()


def test_every_address_of_the_api_is_sent_to_any_replica() -> None:
    """One that leaves has done nothing yet, so another one is asked; pages stay where they are."""
    template = (ROOT / "deploy/nginx.conf.template").read_text()
    (wanted,) = re.findall(r"location ~ (\S+) \{\s+proxy_pass http://peregrine_api", template)
    pages = {"/docs", "/redoc", "/docs/assets/"}
    here = {"/healthz", "/readyz", "/metrics"}  # of each replica; the proxy has its own rule
    for path in {*_PATHS, *_BELOW} - pages - here:
        assert re.search(wanted, f"{path}x" if path.endswith("/") else path), path
        assert re.search(wanted, f"{path}x/" if path.endswith("/") else f"{path}/"), path
    assert not any(re.search(wanted, path) for path in ("/", "/console", "/predictions"))


def test_numbers_and_readiness_are_not_for_visitors_whatever_their_slashes() -> None:
    template = (ROOT / "deploy/nginx.conf.template").read_text()
    (hidden,) = re.findall(r"location ~ (\S+) \{ return 404", template)
    for path in ("/metrics", "/metrics/", "/readyz//"):
        assert re.search(hidden, path), path


def test_behind_either_proxy_visitors_are_told_apart() -> None:
    config = next(each for each in MANIFESTS if each["kind"] == "ConfigMap")["data"]
    assert config["FORWARDED_ALLOW_IPS"]
    assert COMPOSE["services"]["replica-1"]["environment"]["FORWARDED_ALLOW_IPS"]


def test_nothing_is_told_to_read_the_numbers_without_a_key() -> None:
    pods = next(each for each in MANIFESTS if each["kind"] == "Deployment")["spec"]["template"]
    assert "prometheus.io/scrape" not in pods["metadata"].get("annotations", {})


def test_everything_that_the_image_copies_is_sent_to_its_build() -> None:
    lines = (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    sent = [line[1:] for line in lines if line.startswith("!")]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    copied = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("COPY ")]
    for name in (name for names in copied for name in names):
        found = any(fnmatch(name, each) or each.startswith(f"{name}/") for each in sent)
        assert found or name.startswith(("--", "/opt")), name


def test_the_image_does_not_run_as_root_and_is_checked() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert "\nUSER 10001\n" in dockerfile
    assert "\nHEALTHCHECK " in dockerfile
    copied = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("COPY ")]
    for name in (name for names in copied for name in names if not name.startswith("--")):
        assert name.startswith("/opt") or (ROOT / name).exists(), name


def test_the_proxy_is_given_longer_than_a_replica_takes_to_leave() -> None:
    settings = Settings.model_fields
    takes = settings["drain_notice"].default + settings["drain_seconds"].default
    grace = COMPOSE["services"]["replica-1"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > takes + 3
