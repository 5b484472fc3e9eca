// The pipeline of ImagePrep. One task a file, no logic beyond calling the library or the dotnet CLI.
// build.sh publishes the library to artifacts/imageprep before this script is compiled.
#r "../artifacts/imageprep/ImagePrep.dll"
#r "../artifacts/imageprep/ImagePrep.Storage.dll"

#load "paths.cake"
#load "preparation.cake"
#load "tasks/clean.cake"
#load "tasks/build.cake"
#load "tasks/test.cake"
#load "tasks/package.cake"
#load "tasks/bench.cake"
#load "tasks/fuzz.cake"
#load "tasks/random-edits.cake"
#load "tasks/inspect.cake"
#load "tasks/repartition.cake"
#load "tasks/reset-identity.cake"
#load "tasks/remove-keygen.cake"
#load "tasks/add-node-entropy.cake"
#load "tasks/write-golden.cake"
#load "tasks/stamp-nodes.cake"
#load "tasks/test-seeds.cake"
#load "tasks/report.cake"
#load "tasks/prepare.cake"
#load "tasks/demo.cake"

Setup<Preparation>(context => new Preparation(context));
Teardown<Preparation>((context, preparation) => preparation.Dispose());

RunTarget(Argument("target", "Default"));
