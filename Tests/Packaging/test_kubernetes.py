"""The manifests: valid against Kubernetes' own schemas, locked down, and in agreement."""
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

# The oldest release with native sidecars by default, and the newest this test knows.
KUBERNETES_VERSIONS = ["1.29", "1.34"]
K8S = pytest.ROOT / "k8s"
KUSTOMIZATIONS = sorted(path.parent for path in K8S.rglob("kustomization.yaml"))
PLAIN = sorted(
    path for folder in ("base", "examples") for path in (K8S / folder).glob("*.yaml")
    if path.name not in ("kustomization.yaml", "slb.yaml"))


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def rendered(folder):
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("no kubectl to render kustomize with")
    done = subprocess.run([kubectl, "kustomize", str(folder)], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def workloads():
    return [(path.name, document["metadata"]["name"], document["spec"]["template"]["spec"])
            for path in PLAIN for document in documents(path) if document["kind"] == "Deployment"]


def containers(pod):
    return pod["containers"] + pod.get("initContainers", [])


def identifier(path):
    return str(path.relative_to(K8S))


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("path", PLAIN, ids=identifier)
def test_manifests_are_valid(path, version):
    assert documents(path)
    for document in documents(path):
        kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("folder", KUSTOMIZATIONS, ids=identifier)
def test_rendered_manifests_are_valid(folder):
    manifests = rendered(folder)
    assert {"Deployment", "Service", "ConfigMap", "Namespace"} <= {m["kind"] for m in manifests}
    for manifest in manifests:
        kubernetes_validate.validate(manifest, KUBERNETES_VERSIONS[-1], strict=True)


@pytest.mark.parametrize("folder", KUSTOMIZATIONS, ids=identifier)
def test_kustomization_names_every_file_once(folder):
    (kustomization,) = documents(folder / "kustomization.yaml")
    named = list(kustomization.get("resources", []))
    named += [patch["path"] for patch in kustomization.get("patches", [])]
    for generator in kustomization.get("configMapGenerator", []):
        named += generator["files"]
    assert [name for name in named if not (folder / name).exists()] == []
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {name for name in named if "/" not in name}
    assert len(named) == len(set(named))


def test_a_manifest_with_a_typo_would_be_caught():
    deployment = documents(K8S / "base" / "proxy.yaml")[0]
    deployment["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 45
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES_VERSIONS[-1], strict=True)


@pytest.mark.parametrize("file, name, pod", workloads(), ids=lambda value: value if isinstance(value, str) else "")
def test_pods_are_locked_down(file, name, pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in containers(pod):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        for bound in ("requests", "limits"):
            assert {"cpu", "memory"} <= container["resources"][bound].keys()
        assert "readinessProbe" in container


def proxies():
    return [(name, pod, container) for _, name, pod in workloads()
            for container in containers(pod) if container.get("args", [""])[0] == "run"]


def seconds(text):
    assert text.endswith("s") and not text.endswith("ms")
    return int(text[:-1])


def configuration_of(name):
    if name == "proxy":
        return documents(K8S / "base" / "slb.yaml")[0]
    config_map = documents(K8S / "examples" / "sidecar.yaml")[0]
    return yaml.safe_load(config_map["data"]["slb.yaml"])


@pytest.mark.parametrize("name, pod, container", proxies(), ids=["proxy", "sidecar"])
def test_proxies_are_probed_on_the_admin_port(name, pod, container):
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    configuration = configuration_of(name)
    assert configuration["admin"]["address"] == f"0.0.0.0:{ports['admin']}"
    assert configuration["listeners"][0]["address"] == f"0.0.0.0:{ports['http']}"
    for probe, path in (("livenessProbe", "/health"), ("readinessProbe", "/ready")):
        assert container[probe]["httpGet"] == {"path": path, "port": "admin"}


@pytest.mark.parametrize("name, pod, container", proxies(), ids=["proxy", "sidecar"])
def test_pods_get_the_time_to_drain(name, pod, container):
    drain = seconds(configuration_of(name)["timeouts"]["drain"])
    hook = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["", 0])
    assert pod["terminationGracePeriodSeconds"] > drain + int(hook[1])


@pytest.mark.parametrize("name, pod, container", proxies(), ids=["proxy", "sidecar"])
def test_event_loops_fit_the_cpu_limit(name, pod, container):
    assert configuration_of(name)["workers"] <= int(container["resources"]["limits"]["cpu"])


def test_every_pool_of_the_base_is_a_service():
    services = {}
    for path in PLAIN:
        for document in documents(path):
            if document["kind"] == "Service":
                services[document["metadata"]["name"]] = document["spec"]["ports"][0]["port"]
    configuration = configuration_of("proxy")
    urls = [url for pool in configuration["pools"].values() for url in pool["endpoints"]]
    urls.append(configuration["classifier"]["llm"]["url"])
    for url in urls:
        host, port = url.removeprefix("http://").split(":")
        assert services[host] == int(port)


def test_services_select_pods_that_have_their_port():
    for path in PLAIN:
        found = documents(path)
        for service in (d for d in found if d["kind"] == "Service"):
            selector = service["spec"]["selector"].items()
            pods = [d["spec"]["template"] for d in found if d["kind"] == "Deployment"
                    and selector <= d["spec"]["template"]["metadata"]["labels"].items()]
            assert len(pods) == 1, path.name
            names = {port["name"] for container in containers(pods[0]["spec"])
                     for port in container.get("ports", [])}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= names


def test_the_minikube_overlay_never_pulls_slb():
    manifests = rendered(K8S / "overlays" / "minikube")
    found = [container for m in manifests if m["kind"] == "Deployment"
             for container in m["spec"]["template"]["spec"]["containers"]
             if container["image"] == "slb:dev"]
    assert len(found) == 4
    assert {container["imagePullPolicy"] for container in found} == {"Never"}


def test_no_folder_of_manifests_is_left_out():
    covered = {path.parent for path in PLAIN} | set(KUSTOMIZATIONS)
    assert {path.parent for path in K8S.rglob("*.yaml")} == covered
