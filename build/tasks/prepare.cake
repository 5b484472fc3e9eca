Task("Prepare")
    .Description("The pipeline on an image of yours: --recipe=R --base=B --out=DIR and --nodes=F or --count=N.")
    .WithCriteria(HasArgument("base") && HasArgument("out"), "--base and --out are needed")
    .IsDependentOn("Report");
