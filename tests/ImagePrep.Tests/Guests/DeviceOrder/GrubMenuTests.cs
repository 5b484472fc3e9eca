using ImagePrep.Guests.DeviceOrder;

namespace ImagePrep.Tests.Guests.DeviceOrder;

public sealed class GrubMenuTests
{
    private const string Search = "search --no-floppy --fs-uuid --set=root 0f6dd1b4-3b4e-4d0b-8f9c-6a3d2b8f7a11";

    /// <summary>As grub-mkconfig writes it, the title of another system's entry included.</summary>
    [Fact]
    public void Generated_MenuThatSearches_NamesNothing() => Found($$"""
        # set root='hd0,msdos1'
        if [ x$feature_default_font_path = xy ] ; then
           font=unicode
        else
        insmod part_msdos
        set root='hd0,msdos1'
        if [ x$feature_platform_search_hint = xy ]; then
          search --no-floppy --fs-uuid --set=root --hint-bios=hd0,msdos1 --hint='hd0,msdos1'  0f6dd1b4
        else
          {{Search}}
        fi
        fi
        menuentry 'Debian (on /dev/sda1) root=/dev/sda1 {' --class gnu-linux $menuentry_id_option 'gnulinux-/dev/sda1' {
        	load_video
        	insmod part_msdos
        	set root='hd0,msdos1'
        	{{Search}}
        	echo	'Loading Linux from /dev/sda1 root=/dev/sda1 ...'
        	linux	/boot/vmlinuz root=UUID=0f6dd1b4-3b4e-4d0b-8f9c-6a3d2b8f7a11 ro quiet
        	parttool ${root} hidden-
        }
        """).ShouldBe([]);

    [Fact]
    public void RootAndKernelByOrder_AreFoundWithTheirLines() => Found("""
        menuentry "old" {
          set root=(hd0,1)
          linux /vmlinuz root=/dev/hda1 ro \
            resume=/dev/hda2
          initrd (hd0,1)/initrd
        }
        """).ShouldBe(["2: set root=(hd0,1)", "3: root=/dev/hda1", "3: resume=/dev/hda2", "5: (hd0,1)/initrd"]);

    [Theory]
    [InlineData("search --label --set=root top")]
    [InlineData("search -s -f /vmlinuz")]
    [InlineData("search --file --set /vmlinuz")]
    [InlineData("search.fs_uuid 0f6dd1b4 root hd0,msdos1")]
    [InlineData("if ! search --fs-uuid --set=root x; then echo no; fi")]
    public void SearchThatFollows_ReplacesTheGuess(string search) => Found($"menuentry a {{\n set root='hd0,1'\n {search}\n}}\n").ShouldBe([]);

    [Theory]
    [InlineData("search --fs-uuid --set=other x")]
    [InlineData("search --fs-uuid x")]
    [InlineData("search.fs_uuid x other")]
    [InlineData("# search --fs-uuid --set=root x")]
    [InlineData("echo search --fs-uuid --set=root x")]
    public void OtherSearch_LeavesTheGuess(string search) => Found($"menuentry a {{\n set root='hd0,1'\n {search}\n}}\n").ShouldBe(["2: set root=hd0,1"]);

    [Fact]
    public void SearchBefore_IsOverruled() => Found($"{Search}\nset root='hd0,1'\n").ShouldBe(["2: set root=hd0,1"]);

    [Fact]
    public void SearchOfAnotherEntry_DoesNotCount() => Found($$"""
        set root='hd0,9'
        submenu s {
          menuentry a { set root='hd0,1'; linux /a; }
          menuentry b {
            {{Search}}
          }
        }
        """).ShouldBe(["1: set root=hd0,9", "3: set root=hd0,1"]);

    [Theory]
    [InlineData("set prefix=(hd0,1)/boot/grub", "1: prefix=(hd0,1)/boot/grub")]
    [InlineData("root=hd0,gpt2", "1: set root=hd0,gpt2")]
    [InlineData("set kernelopts=\"root=/dev/sda1 ro\"", "1: kernelopts=root=/dev/sda1")]
    [InlineData("chainloader (hd1)+1", "1: (hd1)+1")]
    [InlineData("\n\n'linux' /x 'root=/dev/sda1'", "3: root=/dev/sda1")]
    [InlineData("echo 'a\nb'; linux /x root=/dev/sda1", "2: root=/dev/sda1")]
    [InlineData("linux /x # root=/dev/sda1", "")]
    [InlineData("linux /x a#b root=/dev/sda1", "1: root=/dev/sda1")]
    [InlineData("linux /x root=\\/dev/sda1", "1: root=/dev/sda1")]
    [InlineData("} } linux /x root=/dev/sda1", "1: root=/dev/sda1")]
    [InlineData("{{{ set root=hd0", "1: set root=hd0")]
    [InlineData("'set root=hd0", "1: set root=hd0")]
    [InlineData("set root=hd0\\", "")]
    public void Text_OfAnyShape_IsRead(string text, string found) => string.Join('|', Found(text)).ShouldBe(found);

    private static string[] Found(string text) => [.. GrubMenu.Read(text).Select(device => $"{device.Line}: {device.Text}")];
}
