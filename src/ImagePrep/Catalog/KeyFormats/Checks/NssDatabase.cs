using System.Buffers.Binary;

namespace ImagePrep.Catalog.KeyFormats.Checks;

/// <summary>
/// Key databases of NSS. Packages ship empty ones, so only those with a row in the table of private objects count: key4.db is an SQLite database
/// (sqlite.org/fileformat2.html) with the table nssPrivate; key3.db of Berkeley DB holds keys encrypted as PKCS 5 says, under its object identifier.
/// </summary>
internal static class NssDatabase
{
    /// <summary>1.2.840.113549.1.5.</summary>
    private static ReadOnlySpan<byte> Pkcs5 => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05];

    /// <summary>1.2.840.113549.1.12.5.1: the encryption of older versions.</summary>
    private static ReadOnlySpan<byte> Pkcs12Encryption => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x05, 0x01];

    private static ReadOnlySpan<byte> BerkeleyMagic => [0x00, 0x06, 0x15, 0x61];

    private static ReadOnlySpan<byte> BerkeleyMagicSwapped => [0x61, 0x15, 0x06, 0x00];

    public static KeyContent Look(string path, ReadOnlySpan<byte> content, long size)
    {
        if (content.StartsWith(BerkeleyMagic) || content.StartsWith(BerkeleyMagicSwapped))
        {
            return content.IndexOf(Pkcs5) >= 0 || content.IndexOf(Pkcs12Encryption) >= 0 ? KeyContent.Private : KeyContent.Public;
        }

        return SqliteTable.RowsOf("nssPrivate"u8, content) switch
        {
            TableRows.NoTable => KeyContent.Other,
            TableRows.None => KeyContent.Public,
            _ => KeyContent.Private,
        };
    }

    private enum TableRows
    {
        NoTable,
        None,

        /// <summary>There are some, or the page was not read.</summary>
        SomeOrUnknown,
    }

    /// <summary>As much of SQLite as it takes to find a table in the schema, which is on the first page, and to see whether its first page holds a row.</summary>
    private static class SqliteTable
    {
        private const int FileHeaderLength = 100;
        private const int PageHeaderLength = 8;
        private const int LargestPage = 65536;
        private const byte LeafPage = 0x0D;

        public static TableRows RowsOf(ReadOnlySpan<byte> table, ReadOnlySpan<byte> file)
        {
            if (!file.StartsWith("SQLite format 3\0"u8) || file.Length < FileHeaderLength + PageHeaderLength)
            {
                return TableRows.NoTable;
            }

            // The value 1 stands for the page size that two bytes cannot hold.
            int pageSize = BinaryPrimitives.ReadUInt16BigEndian(file[16..]) is var stored && stored == 1 ? LargestPage : stored;
            ReadOnlySpan<byte> schema = file[..Math.Min(pageSize, file.Length)];
            if (schema.Length < FileHeaderLength + PageHeaderLength || schema[FileHeaderLength] != LeafPage)
            {
                // A schema of more than one page: no database of NSS has so many tables.
                return TableRows.NoTable;
            }

            int cells = BinaryPrimitives.ReadUInt16BigEndian(schema[(FileHeaderLength + 3)..]);
            for (int i = 0; i < cells; i++)
            {
                int pointer = FileHeaderLength + PageHeaderLength + (i * sizeof(ushort));
                if (pointer + sizeof(ushort) > schema.Length)
                {
                    break;
                }

                int cell = BinaryPrimitives.ReadUInt16BigEndian(schema[pointer..]);
                if (cell < schema.Length && RootPageIfNamed(table, schema[cell..]) is > 0 and long root)
                {
                    return RowsOnPage(root, pageSize, file);
                }
            }

            return TableRows.NoTable;
        }

        private static TableRows RowsOnPage(long page, int pageSize, ReadOnlySpan<byte> file)
        {
            long start = (page - 1) * pageSize;
            return start + PageHeaderLength <= file.Length
                && file[(int)start] == LeafPage
                && BinaryPrimitives.ReadUInt16BigEndian(file[((int)start + 3)..]) == 0
                ? TableRows.None
                : TableRows.SomeOrUnknown;
        }

        /// <summary>The root page in a row of the schema (type, name, tbl_name, rootpage, sql) that is of this table; 0 for another row.</summary>
        private static long RootPageIfNamed(ReadOnlySpan<byte> table, ReadOnlySpan<byte> cell)
        {
            ReadOnlySpan<byte> rest = cell;
            if (!TryReadNumber(ref rest, out _) || !TryReadNumber(ref rest, out _))
            {
                return 0;
            }

            ReadOnlySpan<byte> record = rest;
            if (!TryReadNumber(ref rest, out long headerLength) || headerLength > record.Length
                || !TryReadNumber(ref rest, out long type) || !TryReadNumber(ref rest, out long name)
                || !TryReadNumber(ref rest, out long ofTable) || !TryReadNumber(ref rest, out long root)
                || root is < 1 or > 4)
            {
                return 0;
            }

            long nameStart = headerLength + TextLength(type);
            long rootStart = nameStart + TextLength(name) + TextLength(ofTable);
            int rootLength = (int)root;
            if (rootStart + rootLength > record.Length || !record.Slice((int)nameStart, (int)TextLength(name)).SequenceEqual(table))
            {
                return 0;
            }

            long page = 0;
            foreach (byte b in record.Slice((int)rootStart, rootLength))
            {
                page = (page << 8) | b;
            }

            return page;
        }

        /// <summary>Length of a text by its serial type: odd, from 13 on.</summary>
        private static long TextLength(long serialType) => serialType >= 13 ? (serialType - 13) / 2 : 0;

        /// <summary>A number of up to nine bytes, seven bits each, most significant first; those in a schema fit into four.</summary>
        private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, out long number)
        {
            const int MaxBytes = 4;
            number = 0;
            for (int i = 0; i < MaxBytes && i < rest.Length; i++)
            {
                number = (number << 7) | (uint)(rest[i] & 0x7F);
                if (rest[i] < 0x80)
                {
                    rest = rest[(i + 1)..];
                    return true;
                }
            }

            return false;
        }
    }
}
