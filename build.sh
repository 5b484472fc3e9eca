#!/usr/bin/env bash
# The whole pipeline on the demo base:   ./build.sh
# Everything that is tested:             ./build.sh --target=Test
# All targets:                           ./build.sh --description
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

if ! command -v dotnet >/dev/null; then
    echo "build.sh: the .NET SDK 10 is needed and 'dotnet' is not on the PATH." >&2
    exit 1
fi

# Cake's scripts call the library, so it is published before Cake compiles them.
dotnet tool restore --verbosity quiet
dotnet publish src/ImagePrep.Cli --configuration Release --use-current-runtime --output artifacts/imageprep --verbosity quiet
exec dotnet cake build/build.cake "$@"
