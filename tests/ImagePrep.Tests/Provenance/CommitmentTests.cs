using System.Text;
using ImagePrep.Provenance;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Provenance;

public sealed class CommitmentTests
{
    [Fact]
    public void Of_Seed_IsTheDigestThatOtherToolsCompute()
    {
        byte[] secret = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        OutsideTool.Require("openssl");
        byte[] input = [.. Encoding.ASCII.GetBytes("imageprep/commitment/v1\0seed\0"), .. secret];

        string expected = OutsideTool.Run("openssl", ["dgst", "-sha256", "-r"], input: input).EnsureSuccess("openssl").Output[..64];

        Commitment.Of(Commitment.Seed, secret).ShouldBe(expected);
    }

    [Fact]
    public void Of_SameBytesAnotherKind_DiffersAndTheFormIsLowerCaseHexadecimal()
    {
        byte[] secret = new byte[16];
        string[] all = [Commitment.Of(Commitment.Seed, secret), Commitment.Of(Commitment.MachineId, secret), Commitment.Of(Commitment.PrivateKey, secret)];

        all.Distinct().Count().ShouldBe(3);
        all.ShouldAllBe(text => text.Length == 64 && text.All(c => "0123456789abcdef".Contains(c)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Seed")]
    [InlineData("se\0ed")]
    [InlineData("seed/2")]
    public void Of_KindThatCouldBlurTheParts_Throws(string kind) =>
        Should.Throw<ArgumentException>(() => Commitment.Of(kind, new byte[16]));

    [Fact]
    public void Of_GuessableSecret_Throws() => Should.Throw<ArgumentException>(() => Commitment.Of(Commitment.Seed, new byte[15]));
}
