# The whole pipeline on the demo base:   ./build.ps1
# Everything that is tested:             ./build.ps1 --target=Test
# All targets:                           ./build.ps1 --description
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

# Cake's scripts call the library, so it is published before Cake compiles them.
dotnet tool restore --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet publish src/ImagePrep.Cli --configuration Release --use-current-runtime --output artifacts/imageprep --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet cake build/build.cake @args
exit $LASTEXITCODE
