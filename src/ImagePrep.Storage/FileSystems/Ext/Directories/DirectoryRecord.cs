namespace ImagePrep.Storage.FileSystems.Ext.Directories;

/// <summary>One name in a directory, as its caller sees it.</summary>
/// <param name="Name">The bytes of the name.</param>
/// <param name="Inode">Never 0. Whether the number exists is for the file system to judge.</param>
/// <param name="FileType">1 file, 2 directory, 3 and 4 devices, 5 FIFO, 6 socket, 7 link; 0 without INCOMPAT_FILETYPE.</param>
internal readonly record struct DirectoryRecord(FileName Name, uint Inode, byte FileType);
