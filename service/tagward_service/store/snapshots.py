"""Snapshots of an inventory: one Parquet file for each part, in a folder or in an object store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from tagward.findings import Assessment, Code
from tagward_service.object_stores import opened
from tagward_service.store.errors import StoreError
from tagward_service.store.texts import storable

if TYPE_CHECKING:
    from tagward.resource import Resource, TagValue

ROWS = 16_384
"""So many resources make a row group; so many are held in memory at a time."""

HIDDEN = "(not shown)"
"""Stands for values that must not be shown."""


class Snapshots:
    """A place for snapshots: a folder, or an object store by the URI that pyarrow knows it by."""

    def __init__(self, root: str) -> None:
        from pyarrow import fs

        self.root = root
        with _told(root):
            if "://" in root:
                self._files, self._base = opened(root)
            else:
                self._files, self._base = fs.LocalFileSystem(), root
        self._is_local = isinstance(self._files, fs.LocalFileSystem)
        self._thread = ThreadPoolExecutor(1, "snapshots")

    def check(self) -> None:
        """See that snapshots can be written, before something is read that they are to hold."""
        path = f"{self._base.rstrip('/')}/.writable"
        with _told(self.root):
            if self._is_local:
                self._files.create_dir(self._base, recursive=True)
            self._files.open_output_stream(path).close()
        # Another process may look at the same time, and who may write may perhaps not delete.
        with suppress(OSError):
            self._files.delete_file(path)

    def begin(self, store: str, scan: int, part: int) -> SnapshotWriter:
        """Begin the snapshot of a part; no other attempt at it writes to the same file."""
        folder = f"{self._base.rstrip('/')}/{store}/{scan}"
        path = f"{folder}/{part}-{uuid4().hex[:8]}.parquet"
        with _told(self.root):
            if self._is_local:
                self._files.create_dir(folder, recursive=True)
        return SnapshotWriter(self.root, self._files, path, self._is_local, self._thread)

    def close(self) -> None:
        """End the thread that writes."""
        self._thread.shutdown()

    def forget(self, store: str, scans: Iterable[int]) -> None:
        """Delete the snapshots of some scans."""
        from pyarrow import fs

        for scan in scans:
            folder = f"{self._base.rstrip('/')}/{store}/{scan}"
            with _told(self.root):
                if self._files.get_file_info(folder).type == fs.FileType.Directory:
                    self._files.delete_dir(folder)

    def delete(self, files: Iterable[str]) -> None:
        """Delete the snapshots of some parts."""
        with _told(self.root):
            for file in files:
                with suppress(FileNotFoundError):
                    self._files.delete_file(file)

    def kept(self, store: str) -> list[int]:
        """List the scans that have a snapshot."""
        from pyarrow import fs

        with _told(self.root):
            folders = self._files.get_file_info(
                fs.FileSelector(f"{self._base.rstrip('/')}/{store}", allow_not_found=True)
            )
        return [int(each.base_name) for each in folders if each.base_name.isdecimal()]


class SnapshotWriter:
    """Writes the snapshot of one part, row group by row group; it is in its place when it is `finished`.

    Columns are made in the thread of the caller. They are encoded and written in another one, which needs
    the interpreter's lock for little of it, one row group at a time.
    """

    def __init__(self, root: str, files: Any, path: str, is_local: bool, thread: Executor) -> None:
        self._root = root
        self._files = files
        self._path = path
        self._partial = f"{path}.partial" if is_local else path
        self._thread = thread
        self._rows: list[Assessment] = []
        self._work: Future[None] | None = None
        self._stream: Any = None
        self._writer: Any = None

    def add(self, assessments: Sequence[Assessment]) -> None:
        """Keep some resources."""
        self._rows += assessments
        if len(self._rows) >= ROWS:
            self._write(is_last=False)

    def close(self) -> None:
        """Write what is left, without waiting for it."""
        self._write(is_last=True)

    def finished(self) -> str:
        """Wait until the snapshot is in its place and say where that is."""
        self._wait()
        return self._path

    def drop(self) -> None:
        """Forget what was written."""
        self._rows = []
        with suppress(StoreError):
            self._wait()
        if self._writer is not None:
            with _told(self._root):
                self._close()
                self._files.delete_file(self._partial)

    def _write(self, *, is_last: bool) -> None:
        """Write a row group when the one before it is written."""
        table = _table(self._rows)
        self._rows = []
        self._wait()
        self._work = self._thread.submit(self._put, table, is_last)

    def _wait(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            with _told(self._root):
                work.result()

    def _put(self, table: Any, is_last: bool) -> None:
        from pyarrow import parquet

        if self._writer is None:
            self._stream = self._files.open_output_stream(self._partial)
            self._writer = parquet.ParquetWriter(self._stream, table.schema, compression="zstd")
        self._writer.write_table(table, row_group_size=max(1, len(table)))
        if is_last:
            self._close()
            if self._partial != self._path:
                self._files.move(self._partial, self._path)

    def _close(self) -> None:
        self._writer.close()
        self._stream.close()


def _table(rows: Sequence[Assessment]) -> Any:
    """Make columns of resources."""
    import pyarrow as pa

    resources = [row.resource for row in rows]
    columns: dict[str, Sequence[str | None]] = {
        "cloud": [each.cloud for each in resources],
        "type": [each.type for each in resources],
        "id": [each.id or each.address for each in resources],
        "name": [each.name for each in resources],
        "account": [each.account for each in resources],
        "region": [each.region for each in resources],
        "namespace": [each.namespace for each in resources],
        "status": [str(row.status) for row in rows],
    }
    arrays = {name: _text(column) for name, column in columns.items()}
    arrays["tags"] = _maps([_shown(row) if _hides(row) else row.resource.tags for row in rows])
    return pa.table(arrays)


def _text(column: Sequence[str | None]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(column, pa.string())
    except UnicodeEncodeError:
        return pa.array([each if each is None else storable(each) for each in column], pa.string())


def _maps(tags: Sequence[Any]) -> Any:
    """Make one column of maps; a value that is not known yet is null."""
    import pyarrow as pa

    offsets = [0]
    keys: list[str] = []
    values: list[TagValue] = []
    for each in tags:
        keys.extend(each)
        values.extend(each.values())
        offsets.append(len(keys))
    try:
        items = _text(cast("list[str]", values))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        items = _text([_known(value) for value in values])
    return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), _text(keys), items)


def _known(value: TagValue) -> str | None:
    return value if isinstance(value, str) else None


def _hides(row: Assessment) -> bool:
    """Say whether some values of a resource must not be shown."""
    if row.findings and any(finding.code is Code.FORBIDDEN for finding in row.findings):
        return True
    return bool(row.resource.sensitive)


def _shown(row: Assessment) -> dict[str, TagValue]:
    """Return the tags without the values that must not be shown."""
    resource: Resource = row.resource
    forbidden = {each.key for each in row.findings if each.code is Code.FORBIDDEN and each.value is None}
    hidden = resource.sensitive | forbidden
    return {key: HIDDEN if key in hidden else value for key, value in resource.tags.items()}


class _told:  # noqa: N801
    """Turns what a file system says into what a person can act on."""

    def __init__(self, root: str) -> None:
        self._root = root

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from pyarrow import ArrowException

        if isinstance(error, OSError | ArrowException | ValueError):
            said = str(error).splitlines()[0].rstrip(".")
            raise StoreError(f"snapshots in `{self._root}` cannot be written or read: {said}") from error
