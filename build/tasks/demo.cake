Task("Default")
    .Description("The pipeline on the demo base: golden image, three nodes and a report under artifacts/demo.")
    .IsDependentOn("Report");
