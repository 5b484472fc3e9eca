Task("TestSeeds")
    .Description("Reads the seeds back from the node images and tests them, each and together.")
    .IsDependentOn("StampNodes")
    .Does<Preparation>(preparation => Information("{0}", preparation.Session.TestSeeds()?.Summary ?? "no nodes, no seeds"));
