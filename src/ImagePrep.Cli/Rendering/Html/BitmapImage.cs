using System.Buffers.Binary;

namespace ImagePrep.Cli.Rendering.Html;

/// <summary>Bits as a picture inside a page: BMP with one bit a pixel, which needs no compression and no checksum.</summary>
internal static class BitmapImage
{
    private const int HeaderBytes = 62;
    private const int Planes = 1;
    private const int BitsPerPixel = 1;

    /// <summary>A data URI. Rows from the top, bits from the left, the highest of each byte first; ones are dark.</summary>
    /// <param name="bits">As many whole rows are drawn as there are.</param>
    /// <param name="width">Pixels of a row: a multiple of 32.</param>
    public static string DataUri(ReadOnlySpan<byte> bits, int width)
    {
        int rowBytes = width / 8;
        int rows = bits.Length / rowBytes;
        byte[] file = new byte[HeaderBytes + (rows * rowBytes)];
        "BM"u8.CopyTo(file);
        Put(2, file.Length);
        Put(10, HeaderBytes);
        Put(14, 40);
        Put(18, width);

        // A negative height puts the first row at the top.
        Put(22, -rows);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), Planes);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), BitsPerPixel);

        // Colours of 0 and 1, as blue, green, red.
        Put(54, 0x00FFFFFF);
        Put(58, 0x00202020);
        bits[..(rows * rowBytes)].CopyTo(file.AsSpan(HeaderBytes));
        return "data:image/bmp;base64," + Convert.ToBase64String(file);

        void Put(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
    }
}
