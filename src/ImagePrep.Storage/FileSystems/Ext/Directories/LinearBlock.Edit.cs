namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <content>Adding and removing records.</content>
internal sealed partial class LinearBlock
{
    private int RecordsEnd => DirectoryTail.RecordsEnd(_rules);

    private int FreeBytes => RecordsEnd - _slots.Sum(slot => slot.Header.Needed);

    /// <summary>A block that holds exactly these records, in this order, the slack behind the last.</summary>
    public static LinearBlock Of(DirectoryRules rules, IReadOnlyList<DirectoryRecord> records)
    {
        LinearBlock block = new(rules, new byte[rules.BlockSize], []);
        block.Fill(records);
        return block;
    }

    /// <summary>Puts a record into the first slack that holds it; moves records together when only all slack in sum does.</summary>
    /// <returns>Whether there was room; without, nothing has changed.</returns>
    public bool TryAdd(DirectoryRecord record)
    {
        int needed = RecordHeader.LengthFor(record.Name.Bytes.Length);
        if (FreeBytes < needed)
        {
            return false;
        }

        int index = _slots.FindIndex(slot => SlackOf(slot) >= needed);
        if (index < 0)
        {
            Fill([.. Records]);
            index = _slots.Count - 1;
        }

        AddBehind(index, record);
        return true;
    }

    /// <summary>Removes a name and wipes its bytes; the record before takes its place.</summary>
    public bool TryRemove(ReadOnlySpan<byte> name)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        Slot removed = _slots[index];
        _bytes.AsSpan(removed.Offset, removed.Header.Length).Clear();
        if (index == 0)
        {
            Store(0, removed with { Header = new RecordHeader(0, removed.Header.Length, 0, 0) });
        }
        else
        {
            Slot previous = _slots[index - 1];
            Store(index - 1, previous with { Header = previous.Header with { Length = removed.End - previous.Offset } });
            _slots.RemoveAt(index);
        }

        return true;
    }

    /// <summary>Lets a name mean another inode.</summary>
    public bool TryReplace(ReadOnlySpan<byte> name, uint inode, byte fileType)
    {
        int index = IndexOf(name);
        if (index >= 0)
        {
            RecordHeader header = _slots[index].Header;
            Store(index, _slots[index] with { Header = header with { Inode = inode, FileType = _rules.HasFileType ? fileType : (byte)0 } });
        }

        return index >= 0;
    }

    /// <summary>Zeroes what no name needs. Returns in how many places there was something, and the block, sealed.</summary>
    public (int Erased, byte[] Sealed) EraseSlack()
    {
        int erased = 0;
        for (int i = 0; i < _slots.Count; i++)
        {
            Slot slot = _slots[i];
            int used = RecordHeader.Size + (slot.Header.IsUsed ? slot.Header.NameLength : 0);
            Span<byte> slack = _bytes.AsSpan(slot.Offset + used, slot.Header.Length - used);
            if (slack.ContainsAnyExcept((byte)0))
            {
                slack.Clear();
                erased++;
            }

            if (!slot.Header.IsUsed)
            {
                Store(i, slot with { Header = new RecordHeader(0, slot.Header.Length, 0, 0) });
            }
        }

        return (erased, Seal());
    }

    /// <summary>The block's bytes with a fresh checksum, ready to be written.</summary>
    public byte[] Seal()
    {
        DirectoryTail.WriteTo(_bytes, _rules);
        return _bytes;
    }

    // ".." must stay the second record, so nothing may go between "." and it, however long "." is.
    private int SlackOf(Slot slot) =>
        slot.Offset == 0 && NameOf(slot).SequenceEqual(DotRecords.SelfName) ? 0 : slot.Header.Length - slot.Header.Needed;

    private void AddBehind(int index, DirectoryRecord record)
    {
        Slot room = _slots[index];
        int kept = room.Header.Needed;
        Slot added = new(room.Offset + kept, HeaderFor(record, room.Header.Length - kept));
        if (kept > 0)
        {
            Store(index, room with { Header = room.Header with { Length = kept } });
            _slots.Insert(++index, added);
        }

        StoreNew(index, added, record);
    }

    private void Fill(IReadOnlyList<DirectoryRecord> records)
    {
        _bytes.AsSpan().Clear();
        _slots = [new Slot(0, new RecordHeader(0, RecordsEnd, 0, 0))];
        Store(0, _slots[0]);
        foreach (DirectoryRecord record in records)
        {
            AddBehind(_slots.Count - 1, record);
        }
    }

    private RecordHeader HeaderFor(DirectoryRecord record, int length) =>
        new(record.Inode, length, checked((byte)record.Name.Bytes.Length), _rules.HasFileType ? record.FileType : (byte)0);

    private void StoreNew(int index, Slot slot, DirectoryRecord record)
    {
        // Slack may still hold names that others removed without wiping.
        _bytes.AsSpan(slot.Offset, slot.Header.Length).Clear();
        record.Name.Bytes.CopyTo(_bytes.AsSpan(slot.Offset + RecordHeader.Offsets.Name));
        Store(index, slot);
    }

    private void Store(int index, Slot slot)
    {
        _slots[index] = slot;
        slot.Header.WriteTo(_bytes.AsSpan(slot.Offset));
    }
}
