using ImagePrep.Randomness;
using ImagePrep.Randomness.Drbg;

namespace ImagePrep.Tests.Randomness.Drbg;

public sealed class DrbgSelfTestTests
{
    [Fact]
    public void EnsurePassed_TheRealGenerator_Passes() => Should.NotThrow(DrbgSelfTest.Shared.EnsurePassed);

    [Fact]
    public void EnsurePassed_OneWrongBitInOneCase_ClosesTheGate()
    {
        foreach (DrbgKnownAnswer broken in DrbgKnownAnswer.All)
        {
            DrbgSelfTest gate = new(answer =>
            {
                byte[] output = DrbgSelfTest.Generate(answer);
                output[^1] ^= (byte)(answer == broken ? 1 : 0);
                return output;
            });

            Should.Throw<RandomnessException>(gate.EnsurePassed).Message.ShouldContain(broken.Name);
            Should.Throw<RandomnessException>(() => new SeedDrbg(new byte[64], new byte[32], [], gate));
        }
    }

    [Fact]
    public void EnsurePassed_GeneratorThrowsOnce_StaysClosed()
    {
        int calls = 0;
        DrbgSelfTest gate = new(answer => calls++ == 0 ? throw new InvalidOperationException("boom") : DrbgSelfTest.Generate(answer));

        Should.Throw<RandomnessException>(gate.EnsurePassed).Message.ShouldContain(nameof(InvalidOperationException));
        Should.Throw<RandomnessException>(gate.EnsurePassed);
        calls.ShouldBe(1);
    }
}
