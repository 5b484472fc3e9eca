using ImagePrep.Storage.Blocks;

namespace ImagePrep.Initramfs;

/// <summary>Where a member lies in the content of its segment.</summary>
/// <param name="Segment">Number of the segment in its initramfs, from 0.</param>
/// <param name="Whole">From its header up to the next member's, padding included.</param>
/// <param name="Content">The bytes of the file, or the target of a link.</param>
internal readonly record struct CpioMember(int Segment, ByteRange Whole, ByteRange Content);
