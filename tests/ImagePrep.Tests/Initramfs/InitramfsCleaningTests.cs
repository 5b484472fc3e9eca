using System.Text;
using ImagePrep.Guests;
using ImagePrep.Initramfs;
using ImagePrep.Provenance;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Initramfs;

public sealed class InitramfsCleaningTests
{
    private const string Key = "0000-this-is-a-secret-0000";

    private static readonly byte[] Early =
        new CpioArchive().Add("kernel/x86/microcode/GenuineIntel.bin", new string('m', 5000)).End().Pad(512).ToArray();

    private static CpioArchive WithKey =>
        new CpioArchive().Add("etc/fstab", "# none\n").Add("etc/dropbear/dropbear_rsa_host_key", Key).Add("init", "#!/bin/sh\n").End();

    private static CpioArchive WithoutKey => new CpioArchive().Add("etc/hosts", "127.0.0.1 localhost\n").End();

    [Theory]
    [InlineData("newc", "none")]
    [InlineData("crc", "none")]
    [InlineData("newc", "gzip")]
    [InlineData("newc", "zstd")]
    [InlineData("newc", "lz4")]
    public void Apply_WrittenByTools_UnpacksToTheSameTreeButForWhatWasRemoved(string format, string compressor)
    {
        OutsideTool.Require("cpio", "gzip", "diff", compressor == "none" ? "sh" : compressor);
        using ScratchFolder scratch = new();
        ToolTree.Write(scratch.File("tree"));
        InitramfsGuest guest = new(ToolTree.Pack(scratch, format, compressor));

        guest.Clean();

        File.WriteAllBytes(scratch.File("after"), guest.Read());
        string expander = compressor == "none" ? "cat" : "gzip -dc";
        OutsideTool.Run("sh", "-c", $"cd {scratch.Path} && mkdir out && {expander} < after > after.cpio && cd out && cpio -idm --quiet < ../after.cpio").EnsureSuccess("cpio");
        File.Delete(scratch.File("tree/etc/dropbear/dropbear_rsa_host_key"));
        File.Delete(scratch.File("tree/etc/machine-id"));
        OutsideTool.Run("diff", "-r", "--no-dereference", scratch.File("tree"), scratch.File("out")).EnsureSuccess("diff").Output.ShouldBeEmpty();
        Encoding.Latin1.GetString(File.ReadAllBytes(scratch.File("after.cpio"))).ShouldNotContain(ToolTree.Secret);
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Apply_Secret_LeavesNoByteOfItNorOfItsName(string how)
    {
        InitramfsGuest guest = new(Compress(how, WithKey.ToArray()));

        guest.Clean();

        string left = Encoding.Latin1.GetString(InitramfsGuest.Expand(guest.Read()));
        left.ShouldNotContain(Key);
        left.ShouldNotContain("host_key");
        InitramfsGuest.Names(guest.Read()).ShouldBe(["etc/fstab", "init", "TRAILER!!!"]);
        guest.Matches().ShouldBeEmpty();
    }

    [Fact]
    public void Apply_Secret_RecordsWhereItWasAndACommitment()
    {
        InitramfsOutcome outcome = new InitramfsGuest(WithKey.ToGzip()).Clean();

        outcome.Reported.ShouldBeEmpty();
        outcome.Secrets.ShouldHaveSingleItem().ShouldBe(new(
            $"{InitramfsGuest.Path}:etc/dropbear/dropbear_rsa_host_key", "ssh-host-key", Commitment.Of("ssh-host-key", Encoding.ASCII.GetBytes(Key))));
    }

    [Fact]
    public void Apply_SegmentBesideTheOneThatHoldsIt_StaysByteForByte()
    {
        byte[] other = WithoutKey.ToZstd();
        byte[] last = WithoutKey.Pad(512).ToArray();
        byte[] before = [.. Early, .. other, .. WithKey.ToGzip(), .. other];
        InitramfsGuest guest = new([.. before, .. new byte[4 - (before.Length % 4)], .. last]);

        guest.Clean();

        byte[] after = guest.Read();
        after.AsSpan(0, Early.Length + other.Length).SequenceEqual(before.AsSpan(0, Early.Length + other.Length)).ShouldBeTrue();
        after.AsSpan(after.Length - last.Length).SequenceEqual(last).ShouldBeTrue();
        InitramfsGuest.Names(after).Count(name => name == "etc/hosts").ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_OneOfSeveralNames_RemovesAllOfThem(bool contentIsLast)
    {
        InitramfsGuest guest = new(new CpioArchive()
            .Add("etc/dropbear/dropbear_rsa_host_key", contentIsLast ? "" : Key, inode: 77, links: 2)
            .Add("etc/stays", "stays", inode: 78, links: 2)
            .Add("etc/other", contentIsLast ? Key : "", inode: 77, links: 2)
            .End().ToGzip());

        InitramfsOutcome outcome = guest.Clean();

        InitramfsGuest.Names(guest.Read()).ShouldBe(["etc/stays", "TRAILER!!!"]);
        outcome.Secrets.ShouldHaveSingleItem().Commitment.ShouldBe(Commitment.Of("ssh-host-key", Encoding.ASCII.GetBytes(Key)));
    }

    [Fact]
    public void Apply_Identity_IsTakenOutWithARemark()
    {
        InitramfsGuest guest = new(new CpioArchive().Add("etc/initiatorname.iscsi", "InitiatorName=iqn.x\n").Add("init", "").End().ToGzip());

        InitramfsOutcome outcome = guest.Clean();

        outcome.Secrets.ShouldBeEmpty();
        outcome.Identities.ShouldBe([$"{InitramfsGuest.Path}:etc/initiatorname.iscsi"]);
        InitramfsGuest.Names(guest.Read()).ShouldBe(["init", "TRAILER!!!"]);
    }

    [Fact]
    public void Apply_WhatIsOnlyReported_StaysAndIsNamed()
    {
        byte[] initramfs = new CpioArchive().Add("root-Xy/.ssh/authorized_keys", "ssh-ed25519 AAAA\n").Add("cryptroot/keyfiles/root.key", Key).End().ToZstd();
        InitramfsGuest guest = new(initramfs);
        guest.Files.TakeChanges();

        InitramfsOutcome outcome = guest.Clean();

        guest.Read().ShouldBe(initramfs);
        guest.Files.Changes.ShouldBeEmpty();
        outcome.Reported.Count.ShouldBe(2);
        outcome.Reported[0].Path.ShouldBe($"{InitramfsGuest.Path}:root-Xy/.ssh/authorized_keys");
    }

    [Fact]
    public void Apply_KeptByTheRecipe_StaysAndIsNamed()
    {
        InitramfsGuest guest = new(WithKey.ToGzip());

        InitramfsOutcome outcome = guest.Clean("/etc/dropbear/*");

        guest.Read().ShouldBe(WithKey.ToGzip());
        outcome.Secrets.ShouldBeEmpty();
        outcome.Reported.ShouldHaveSingleItem().Path.ShouldEndWith(":etc/dropbear/dropbear_rsa_host_key");
    }

    [Fact]
    public void Apply_Twice_ChangesNothingTheSecondTime()
    {
        InitramfsGuest guest = new([.. Early, .. WithKey.ToZstd()]);
        guest.Clean();
        byte[] once = guest.Read();
        guest.Files.TakeChanges().ShouldNotBeEmpty();

        guest.Clean();

        guest.Files.Changes.ShouldBeEmpty();
        guest.Read().ShouldBe(once);
    }

    [Fact]
    public void Apply_SameInput_GivesTheSameBytesAndKeepsAttributes()
    {
        InitramfsGuest first = new(WithKey.ToZstd());
        InitramfsGuest second = new(WithKey.ToZstd());
        string before = first.FileSystem.Dump().Single(line => line.StartsWith(InitramfsGuest.Path + " "))[..(InitramfsGuest.Path.Length + 9)];

        first.Clean();
        second.Clean();

        first.Read().ShouldBe(second.Read());
        first.FileSystem.Dump().Single(line => line.StartsWith(InitramfsGuest.Path + " ")).ShouldStartWith(before);
    }

    [Fact]
    public void Apply_LastMemberWithoutItsPadding_IsRemoved()
    {
        byte[] archive = new CpioArchive().Add("init", "#!").Add("etc/dropbear/x_host_key", Key + "1").ToArray();
        InitramfsGuest guest = new(archive[..^1]);

        guest.Clean();

        InitramfsGuest.Names(guest.Read()).ShouldBe(["init"]);
    }

    [Fact]
    public void Apply_UnreadableWithNothingThatPutsSecretsThere_IsNamed()
    {
        InitramfsGuest guest = new([0xFD, (byte)'7', (byte)'z', 1, 2, 3]);

        InitramfsOutcome outcome = guest.Clean();

        outcome.Reported.ShouldHaveSingleItem().Why.ShouldStartWith("It was not searched for keys: ");
    }

    [Theory]
    [InlineData("/etc/dropbear/initramfs/dropbear_rsa_host_key", "key")]
    [InlineData("/etc/dropbear-initramfs/dropbear_rsa_host_key", "key")]
    [InlineData("/usr/share/initramfs-tools/hooks/dropbear", "#!/bin/sh\n")]
    [InlineData("/usr/lib/dracut/modules.d/46sshd", "x")]
    [InlineData("/usr/lib/dracut/modules.d/60crypt-ssh", "x")]
    [InlineData("/usr/lib/initcpio/install/tinyssh", "x")]
    [InlineData("/crypto_keyfile.bin", "x")]
    [InlineData("/etc/cryptsetup-initramfs/conf-hook", "# x\nKEYFILE_PATTERN=\"/etc/keys/*.key\"\n")]
    [InlineData("/etc/initramfs-tools/conf.d/cryptsetup", "KEYFILE_PATTERN=/boot/*.key\n")]
    [InlineData("/etc/mkinitcpio.conf", "FILES=(/crypto_keyfile.bin)\n")]
    [InlineData("/etc/dracut.conf.d/keys.conf", "install_items+=\" /etc/keys/root.key \"\n")]
    [InlineData("/etc/kdump.conf", "ssh user@host\nsshkey /root/.ssh/kdump_id_rsa\n")]
    [InlineData("/etc/crypttab", "# x\nroot UUID=1 /etc/keys/root.key luks,initramfs\n")]
    public void Apply_UnreadableWithSomethingThatPutsSecretsThere_IsRefusedWithTheReason(string path, string content)
    {
        InitramfsGuest guest = new([0xFD, (byte)'7', (byte)'z', 1, 2, 3]);
        guest.Put(path, Encoding.ASCII.GetBytes(content));

        UnsupportedImageException exception = Should.Throw<UnsupportedImageException>(() => guest.Clean());

        exception.Message.ShouldContain(InitramfsGuest.Path);
        exception.Message.ShouldContain(path);
        exception.Message.ShouldContain("compressed with xz");
    }

    [Theory]
    [InlineData("/etc/cryptsetup-initramfs/conf-hook", "#KEYFILE_PATTERN=\"/etc/keys/*.key\"\nKEYFILE_PATTERN=\"\"\n")]
    [InlineData("/etc/crypttab", "swap /dev/sda2 /dev/urandom swap\nroot UUID=1 none luks\n# a b /etc/key\n")]
    [InlineData("/etc/mkinitcpio.conf", "FILES=()\nHOOKS=(base keymap)\n")]
    public void Sources_SettingsThatNameNoKeyFile_AreNone(string path, string content)
    {
        InitramfsGuest guest = new();
        guest.Put(path, Encoding.ASCII.GetBytes(content));

        InitramfsSources.In(guest.Files).ShouldBeEmpty();
    }

    [Fact]
    public void Apply_SecretInASignedOne_IsRefusedWithTheReason()
    {
        InitramfsGuest guest = new(WithKey.ToGzip());
        guest.Put(InitramfsGuest.Path + ".sig", [1, 2, 3]);

        Should.Throw<UnsupportedImageException>(() => guest.Clean()).Message.ShouldContain("the signature beside it");
        guest.Read().ShouldBe(WithKey.ToGzip());
        guest.Clean("/etc/dropbear/*").Reported.ShouldHaveSingleItem().Path.ShouldContain("host_key");
    }

    [Fact]
    public void Apply_SecretInAUnifiedKernelImage_IsRefusedWithTheReason()
    {
        InitramfsGuest guest = new();
        byte[] content = WithKey.ToGzip();
        guest.Put("/efi/EFI/Linux/a.efi", UnifiedKernel.With(content));

        UnsupportedImageException exception = Should.Throw<UnsupportedImageException>(() => guest.Clean());

        exception.Message.ShouldContain("signature");
        exception.Message.ShouldContain("etc/dropbear/dropbear_rsa_host_key");
        guest.Clean("/etc/dropbear/*").Secrets.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Apply_DamageBehindASecret_IsRefused(string how)
    {
        InitramfsGuest guest = new(Compress(how, [.. WithKey.ToArray(), .. "070701"u8]));

        UnsupportedImageException exception = Should.Throw<UnsupportedImageException>(() => guest.Clean());

        exception.Message.ShouldContain("dropbear_rsa_host_key");
        exception.Message.ShouldContain("it is damaged");
    }

    private static byte[] Compress(string how, byte[] archive) => how switch
    {
        "gzip" => CpioArchive.Gzip(archive),
        "zstd" => CpioArchive.Zstd(archive),
        _ => archive,
    };
}
