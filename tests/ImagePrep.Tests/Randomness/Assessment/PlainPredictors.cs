namespace ImagePrep.Tests.Randomness.Assessment;

/// <summary>
/// The predictors of SP 800-90B §6.3.7 to §6.3.10 written down step by step, with dictionaries of strings and no cleverness: slow, and to be compared with.
/// </summary>
internal static class PlainPredictors
{
    /// <summary>Right predictions, all predictions, and the longest run of right ones.</summary>
    internal readonly record struct Score(long Correct, long Predictions, long Longest);

    public static Score MultiMcw(byte[] samples, int[] windows)
    {
        int[] scores = new int[windows.Length];
        int winner = 0;
        List<bool> correct = [];
        for (int i = windows[0]; i < samples.Length; i++)
        {
            int[] predictions = [.. windows.Select(window => i >= window ? Mode(samples[(i - window)..i]) : -1)];
            correct.Add(predictions[winner] == samples[i]);
            for (int j = 0; j < windows.Length; j++)
            {
                if (predictions[j] == samples[i] && ++scores[j] >= scores[winner])
                {
                    winner = j;
                }
            }
        }

        return ScoreOf(correct);
    }

    public static Score Lag(byte[] samples, int lags)
    {
        int[] scores = new int[lags];
        int winner = 0;
        List<bool> correct = [];
        for (int i = 1; i < samples.Length; i++)
        {
            correct.Add(winner < i && samples[i - 1 - winner] == samples[i]);
            for (int j = 0; j < lags && j < i; j++)
            {
                if (samples[i - 1 - j] == samples[i] && ++scores[j] >= scores[winner])
                {
                    winner = j;
                }
            }
        }

        return ScoreOf(correct);
    }

    /// <remarks>As in NIST's program a step without a prediction neither continues nor ends a run.</remarks>
    public static Score MultiMmc(byte[] samples, int orders, int mostPairs = 100_000)
    {
        Dictionary<string, Dictionary<byte, int>>[] models = [.. Enumerable.Range(0, orders).Select(_ => new Dictionary<string, Dictionary<byte, int>>())];
        int[] pairs = new int[orders];
        int[] scores = new int[orders];
        int winner = 0;
        List<bool> correct = [];
        for (int i = 1; i < samples.Length; i++)
        {
            int next = winner;
            bool goesOn = true;
            for (int order = 1; order <= orders && order <= i; order++)
            {
                // The first step of each order only learns, and so does each that has never seen what is before it.
                string context = Key(samples, i - order, order);
                goesOn = goesOn && i > order && models[order - 1].ContainsKey(context);
                if (i >= 2 && goesOn)
                {
                    bool right = Best(models[order - 1][context]).Symbol == samples[i];
                    if (right && ++scores[order - 1] >= scores[next])
                    {
                        next = order - 1;
                    }

                    if (order - 1 == winner)
                    {
                        correct.Add(right);
                    }
                }

                Dictionary<byte, int>? counts = models[order - 1].GetValueOrDefault(context);
                if (counts is not null && counts.TryGetValue(samples[i], out int count))
                {
                    counts[samples[i]] = count + 1;
                }
                else if (pairs[order - 1] < mostPairs)
                {
                    pairs[order - 1]++;
                    models[order - 1].TryAdd(context, []);
                    models[order - 1][context][samples[i]] = 1;
                }
            }

            winner = next;
        }

        return ScoreOf(correct) with { Predictions = samples.Length - 2 };
    }

    public static Score Lz78Y(byte[] samples, int longest, int mostContexts = 65_536)
    {
        Dictionary<string, Dictionary<byte, int>> dictionary = [];
        List<bool> correct = [];
        for (int i = longest; i < samples.Length; i++)
        {
            (int Count, int Symbol) prediction = (0, -1);
            for (int length = longest; length >= 1; length--)
            {
                string context = Key(samples, i - length, length);
                if (dictionary.TryGetValue(context, out Dictionary<byte, int>? counts))
                {
                    (int count, byte symbol) = Best(counts);
                    prediction = count > prediction.Count ? (count, symbol) : prediction;
                    counts[samples[i]] = counts.GetValueOrDefault(samples[i]) + 1;
                }
                else if (dictionary.Count < mostContexts)
                {
                    dictionary.Add(context, new Dictionary<byte, int> { [samples[i]] = 1 });
                }
            }

            if (i > longest)
            {
                correct.Add(prediction.Symbol == samples[i]);
            }
        }

        return ScoreOf(correct);
    }

    /// <summary>The most common value; of several the one that was seen last.</summary>
    private static int Mode(byte[] window) => window.GroupBy(value => value).MaxBy(group => (group.Count(), Array.LastIndexOf(window, group.Key)))!.Key;

    /// <summary>The most common; of several the greatest.</summary>
    private static (int Count, byte Symbol) Best(Dictionary<byte, int> counts) => counts.Select(pair => (pair.Value, pair.Key)).Max();

    private static string Key(byte[] samples, int start, int length) => Convert.ToHexString(samples, start, length);

    private static Score ScoreOf(List<bool> correct)
    {
        int longest = 0;
        int current = 0;
        foreach (bool right in correct)
        {
            current = right ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return new Score(correct.Count(right => right), correct.Count, longest);
    }
}
