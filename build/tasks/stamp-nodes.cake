Task("StampNodes")
    .Description("Gives every node its seed, identity and name.")
    .IsDependentOn("WriteGolden")
    .Does<Preparation>(preparation => Information("{0} node images", preparation.Session.StampNodes().Count));
