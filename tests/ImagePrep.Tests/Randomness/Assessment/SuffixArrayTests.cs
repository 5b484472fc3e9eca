using ImagePrep.Randomness.Assessment.Suffixes;

namespace ImagePrep.Tests.Randomness.Assessment;

public sealed class SuffixArrayTests
{
    public static TheoryData<string> Texts =>
    [
        "", "a", "aa", "ab", "ba", "banana", "mississippi", "abracadabra", "aaaaaaaaaaaaaaaab", "baaaaaaaaaaaaaaaa", "abababababababab", "aabaabaabaabaab",
        Fibonacci(300), new string('x', 500), string.Concat(Enumerable.Repeat("abcde", 60)),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Of_AnyText_IsTheSortedOrder(string text) => Check(System.Text.Encoding.Latin1.GetBytes(text));

    [Fact]
    public void Of_RandomTexts_AreTheSortedOrder()
    {
        Random random = new(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] text = new byte[random.Next(0, 120)];
            int alphabet = random.Next(1, i % 10 == 0 ? 257 : 5);
            for (int j = 0; j < text.Length; j++)
            {
                // Now and then a copy of what was before: long repeats.
                text[j] = j > 20 && random.Next(4) > 0 && i % 3 == 0 ? text[j - 13] : (byte)random.Next(alphabet);
            }

            Check(text);
        }
    }

    [Fact]
    public void RepeatCounts_RandomTexts_AreThoseOfAllTuples()
    {
        Random random = new(2);
        for (int i = 0; i < 500; i++)
        {
            byte[] text = new byte[random.Next(1, 60)];
            for (int j = 0; j < text.Length; j++)
            {
                text[j] = j > 10 && i % 2 == 0 ? text[j - random.Next(6, 8)] : (byte)random.Next(3);
            }

            RepeatCounts counts = RepeatCounts.Of(text);
            for (int length = 1; length <= text.Length; length++)
            {
                int[] occurrences = [.. Enumerable.Range(0, text.Length - length + 1).GroupBy(start => Convert.ToHexString(text, start, length)).Select(group => group.Count())];
                if (occurrences.Max() < 2)
                {
                    counts.Longest.ShouldBe(length - 1);
                    break;
                }

                counts.Most[length].ShouldBe(occurrences.Max());
                counts.Pairs[length].ShouldBe(occurrences.Sum(count => count * (count - 1L) / 2));
            }
        }
    }

    [Fact]
    public void RepeatCounts_LongRepeats_TakeLinearTime()
    {
        // One value, and a period: comparing suffixes symbol by symbol would take hours.
        RepeatCounts.Of(new byte[2_000_000]).Longest.ShouldBe(1_999_999);
        RepeatCounts counts = RepeatCounts.Of([.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i % 7))]);
        counts.Longest.ShouldBe(999_993);
        counts.Most[14].ShouldBe(142_856);
    }

    private static string Fibonacci(int length)
    {
        (string a, string b) = ("a", "ab");
        while (b.Length < length)
        {
            (a, b) = (b, b + a);
        }

        return b[..length];
    }

    private static void Check(byte[] text)
    {
        int[] expected = [.. Enumerable.Range(0, text.Length)];
        Array.Sort(expected, (left, right) => text.AsSpan(left).SequenceCompareTo(text.AsSpan(right)));
        int[] actual = SuffixArray.Of(text);
        actual.ShouldBe(expected);
        if (text.Length == 0)
        {
            return;
        }

        CommonPrefixes.Replace(text, actual);
        actual[0].ShouldBe(0);
        for (int i = 1; i < text.Length; i++)
        {
            actual[i].ShouldBe(text.AsSpan(expected[i]).CommonPrefixLength(text.AsSpan(expected[i - 1])));
        }
    }
}
