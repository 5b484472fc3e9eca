namespace ImagePrep.Storage.FileSystems.Fat.Structures;

/// <summary>
/// FAT times (fatgen103, "Date and Time Formats"): 2 seconds from 1980 to 2107, without a time zone. They are taken and written as UTC,
/// so that an image does not depend on where it was made.
/// </summary>
internal static class FatTime
{
    private const int FirstYear = 1980;
    private const int LastYear = 2107;

    private static readonly long First = new DateTimeOffset(FirstYear, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long Last = new DateTimeOffset(LastYear, 12, 31, 23, 59, 59, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>Times outside 1980 to 2107 become the nearest one that can be written.</summary>
    /// <returns>Date, time, and the tenths field of creation: units of 10 ms, 0 to 199.</returns>
    public static (ushort Date, ushort Time, byte Tenths) Encode(UnixTime time)
    {
        long seconds = Math.Clamp(time.Seconds, First, Last);
        uint nanoseconds = seconds == time.Seconds ? time.Nanoseconds : 0;
        DateTime at = DateTime.UnixEpoch.AddSeconds(seconds);
        int date = ((at.Year - FirstYear) << 9) | (at.Month << 5) | at.Day;
        int clock = (at.Hour << 11) | (at.Minute << 5) | (at.Second / 2);
        return ((ushort)date, (ushort)clock, (byte)((at.Second % 2 * 100) + (nanoseconds / 10_000_000)));
    }

    /// <summary>Fields outside their range, such as a date of 0 for "not kept", are taken as the nearest valid ones.</summary>
    public static UnixTime Decode(int date, int time, int tenths = 0)
    {
        int year = FirstYear + (date >> 9);
        int month = Math.Clamp((date >> 5) & 0x0F, 1, 12);
        int day = Math.Clamp(date & 0x1F, 1, DateTime.DaysInMonth(year, month));
        int hour = Math.Min(time >> 11, 23);
        int minute = Math.Min((time >> 5) & 0x3F, 59);
        int second = Math.Min((time & 0x1F) * 2, 58);
        int fine = Math.Min(tenths, 199);
        long seconds = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).ToUnixTimeSeconds() + (fine / 100);
        return new UnixTime(seconds, (uint)(fine % 100 * 10_000_000));
    }
}
