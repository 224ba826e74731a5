"""The name of a node on leases: its own after a restart, another one's in a copy."""

import shutil
from pathlib import Path

from casepost.node import find_node_name


def test_a_node_that_starts_again_knows_its_leases(tmp_path: Path) -> None:
    assert find_node_name(tmp_path / "var") == find_node_name(tmp_path / "var")


def test_two_nodes_have_two_names(tmp_path: Path) -> None:
    assert find_node_name(tmp_path / "one") != find_node_name(tmp_path / "two")


def test_a_copy_of_a_data_dir_on_the_same_machine_is_another_node(tmp_path: Path) -> None:
    name = find_node_name(tmp_path / "var")
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    assert (tmp_path / "copy" / "node").read_text() == (tmp_path / "var" / "node").read_text()
    assert find_node_name(tmp_path / "copy") != name
    assert find_node_name(tmp_path / "var") == name


def test_a_copy_of_the_whole_machine_is_another_node(tmp_path: Path) -> None:
    """Such a copy has the same file on the same place of the same disk, but it was booted by itself."""
    here, there = tmp_path / "boot_id", tmp_path / "boot_id_of_the_copy"
    here.write_text("0c5fca4c-1f3e-4c1b-a5b1-1b6f3b5d9a10\n")
    there.write_text("f1a7b3de-8a3c-4a0e-9b1c-6a1f0c2d3e4f\n")
    assert find_node_name(tmp_path / "var", boot=here) != find_node_name(tmp_path / "var", boot=there)


def test_no_name_is_the_beginning_of_another_and_it_fits_on_a_lease(tmp_path: Path) -> None:
    names = [f"{find_node_name(tmp_path / str(n))}:serve:" for n in range(20)]
    assert len({len(name) for name in names}) == 1
    assert len(names[0]) + 10 <= 100


def test_where_no_boot_can_be_told_the_place_of_the_file_still_can(tmp_path: Path) -> None:
    missing = tmp_path / "no such file"
    name = find_node_name(tmp_path / "var", boot=missing)
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    assert find_node_name(tmp_path / "copy", boot=missing) != name
