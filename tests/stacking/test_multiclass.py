from oof.scores import map_at_3
from stacking.blends import GeometricBlend
from stacking.multiclass import MulticlassStacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import columns_of


def test_many_classes_of_few_drawings_do_not_diverge() -> None:
    drawings = generated_oof(2000, 120, seed=6)
    columns, y = columns_of(drawings), drawings.label
    blend = GeometricBlend(3, 120).fit(columns[:1500], y[:1500])
    stack = MulticlassStacker(3, 120, rounds=20, learning_rate=0.2, threads=1).fit(columns[:1500], y[:1500])
    assert (
        map_at_3(stack.predict_proba(columns[1500:]), y[1500:])
        > map_at_3(blend.predict_proba(columns[1500:]), y[1500:]) - 0.01
    )
