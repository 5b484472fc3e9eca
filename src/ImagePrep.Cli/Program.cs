Console.WriteLine("imageprep");
