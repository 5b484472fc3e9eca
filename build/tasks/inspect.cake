using ImagePrep.Inspection;

Task("Inspect")
    .Description("Looks at the base: partitions, file systems, guest, findings.")
    .Does<Preparation>(preparation =>
{
    InspectionReport report = preparation.Session.Inspect();
    Information("{0}, {1} partitions, {2} findings", report.Guest?.Name, report.Partitions.Count, report.Findings.Count);
});
