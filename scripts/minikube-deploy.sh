#!/usr/bin/env bash
# Builds the image inside minikube and deploys k8s/overlays/minikube. Starts minikube if it is down.
# MINIKUBE_PROFILE chooses the cluster (default: minikube).
set -euo pipefail
cd "$(dirname "$0")/.."

profile=${MINIKUBE_PROFILE:-minikube}
namespace=slb
for tool in minikube kubectl; do
    if ! command -v "$tool" >/dev/null; then
        echo "minikube-deploy: no '$tool' on the PATH" >&2
        exit 1
    fi
done
kube=(kubectl --context "$profile")

if ! minikube -p "$profile" status >/dev/null 2>&1; then
    echo "starting minikube ($profile)"
    # The Swift build inside needs room.
    minikube -p "$profile" start --cpus 2 --memory 6g
fi

echo "building slb:dev inside minikube"
minikube -p "$profile" image build -t slb:dev .
"${kube[@]}" apply -k k8s/overlays/minikube
# The tag stays the same from build to build, so running pods must be told.
"${kube[@]}" -n "$namespace" rollout restart deployment -l app.kubernetes.io/name=slb
for deployment in fast-path high-compute general proxy; do
    "${kube[@]}" -n "$namespace" rollout status "deployment/$deployment" --timeout 180s
done

url=$(minikube -p "$profile" service -n "$namespace" proxy --url | head -n 1)
cat <<TEXT

proxy      $url
dashboard  kubectl --context $profile -n $namespace port-forward deployment/proxy 9090
model      kubectl --context $profile -n $namespace exec deployment/ollama -- ollama pull mistral
test       scripts/load-test.sh $url
TEXT
