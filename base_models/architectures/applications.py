"""The networks of `keras.applications`, registered from one table, on grey pictures.

On pictures coloured by time, or with several sets of arguments in one run, a network takes another name, in a file
of one's own:

    @base_model(inputs=ColorImage(size=128))
    def mobilenet_v2_color(input_shape, classes):
        return MODELS["mobilenet_v2"].build(input_shape, classes, alpha=0.5)
"""

from typing import Any

import keras

from base_models.architectures.applications_arguments import MobileNetArguments, MobileNetV3Arguments, WidthArguments
from base_models.architectures.applications_network import Application, Family
from base_models.registry import base_model
from features.inputs import GrayImage

SIZES = (64, 96)  # pixels: the course's size, or what the networks need that have no padding

XCEPTION = Family("Chollet 2017", "tf", smallest=71)
# Without normalisation, steps of the common size throw them off.
VGG = Family("Simonyan & Zisserman 2015", "caffe", train={"learning_rate": 2e-4})
RESNET = Family("He et al. 2016", "caffe")
RESNET_V2 = Family("He et al. 2016, identity mappings", "tf")
INCEPTION = Family("Szegedy et al. 2016", "tf", smallest=75)
INCEPTION_RESNET = Family("Szegedy et al. 2017", "tf", smallest=75)
MOBILENET = Family("Howard et al. 2017", "tf", arguments=MobileNetArguments())
MOBILENET_V2 = Family("Sandler et al. 2018", "tf", arguments=WidthArguments())
MOBILENET_V3 = Family("Howard et al. 2019", "inside", arguments=MobileNetV3Arguments())
DENSENET = Family("Huang et al. 2017", "torch")
NASNET = Family("Zoph et al. 2018", "tf")
EFFICIENTNET = Family("Tan & Le 2019", "inside")
EFFICIENTNET_V2 = Family("Tan & Le 2021", "inside")
CONVNEXT = Family("Liu et al. 2022", "inside", train={"learning_rate": 5e-4})  # layer norm, and blocks scaled by 1e-6

# name, name in Keras, family, parameters and features without top, outputs a drawing at the smallest size
APPLICATIONS = (
    Application("xception", "Xception", XCEPTION, 20_861_480, 2048, 3_780_651),
    Application("vgg16", "VGG16", VGG, 14_714_688, 512, 311_296),
    Application("vgg19", "VGG19", VGG, 20_024_384, 512, 337_920),
    Application("resnet50", "ResNet50", RESNET, 23_587_712, 2048, 764_396),
    Application("resnet101", "ResNet101", RESNET, 42_658_176, 2048, 1_147_372),
    Application("resnet152", "ResNet152", RESNET, 58_370_944, 2048, 1_620_460),
    Application("resnet50_v2", "ResNet50V2", RESNET_V2, 23_564_800, 2048, 690_156),
    Application("resnet101_v2", "ResNet101V2", RESNET_V2, 42_626_560, 2048, 1_142_764),
    Application("resnet152_v2", "ResNet152V2", RESNET_V2, 58_331_648, 2048, 1_687_532),
    Application("inception_v3", "InceptionV3", INCEPTION, 21_802_784, 2048, 1_363_179),
    Application("inception_resnet_v2", "InceptionResNetV2", INCEPTION_RESNET, 54_336_736, 1536, 2_976_299),
    Application("mobilenet", "MobileNet", MOBILENET, 3_228_864, 1024, 352_704),
    Application("mobilenet_v2", "MobileNetV2", MOBILENET_V2, 2_257_984, 1280, 455_344),
    Application("mobilenet_v3_small", "MobileNetV3Small", MOBILENET_V3, 939_120, 576, 127_616),
    Application("mobilenet_v3_large", "MobileNetV3Large", MOBILENET_V3, 2_996_352, 960, 349_792),
    Application("densenet121", "DenseNet121", DENSENET, 7_037_504, 1024, 1_024_748),
    Application("densenet169", "DenseNet169", DENSENET, 12_642_880, 1664, 1_232_876),
    Application("densenet201", "DenseNet201", DENSENET, 18_321_984, 1920, 1_584_108),
    Application("nasnet_mobile", "NASNetMobile", NASNET, 4_269_716, 1056, 623_081),
    Application("nasnet_large", "NASNetLarge", NASNET, 84_916_818, 4032, 2_845_134),
    Application("efficientnet_b0", "EfficientNetB0", EFFICIENTNET, 4_049_571, 1280, 565_311, dropout=0.2),
    Application("efficientnet_b1", "EfficientNetB1", EFFICIENTNET, 6_575_239, 1280, 771_123, dropout=0.2),
    Application("efficientnet_b2", "EfficientNetB2", EFFICIENTNET, 7_768_569, 1408, 809_045, dropout=0.3),
    Application("efficientnet_b3", "EfficientNetB3", EFFICIENTNET, 10_783_535, 1536, 1_066_339, dropout=0.3),
    Application("efficientnet_b4", "EfficientNetB4", EFFICIENTNET, 17_673_823, 1792, 1_387_043, dropout=0.4),
    Application("efficientnet_b5", "EfficientNetB5", EFFICIENTNET, 28_513_527, 2048, 1_891_555, dropout=0.4),
    Application("efficientnet_b6", "EfficientNetB6", EFFICIENTNET, 40_960_143, 2304, 2_411_995, dropout=0.5),
    Application("efficientnet_b7", "EfficientNetB7", EFFICIENTNET, 64_097_687, 2560, 3_216_755, dropout=0.5),
    Application("efficientnet_v2_b0", "EfficientNetV2B0", EFFICIENTNET_V2, 5_919_312, 1280, 369_808, dropout=0.2),
    Application("efficientnet_v2_b1", "EfficientNetV2B1", EFFICIENTNET_V2, 6_931_124, 1280, 483_796, dropout=0.2),
    Application("efficientnet_v2_b2", "EfficientNetV2B2", EFFICIENTNET_V2, 8_769_374, 1408, 526_414, dropout=0.2),
    Application("efficientnet_v2_b3", "EfficientNetV2B3", EFFICIENTNET_V2, 12_930_622, 1536, 662_022, dropout=0.2),
    Application("efficientnet_v2_s", "EfficientNetV2S", EFFICIENTNET_V2, 20_331_360, 1280, 958_456, dropout=0.2),
    Application("efficientnet_v2_m", "EfficientNetV2M", EFFICIENTNET_V2, 53_150_388, 1280, 1_585_612, dropout=0.2),
    Application("efficientnet_v2_l", "EfficientNetV2L", EFFICIENTNET_V2, 117_746_848, 1280, 2_792_576, dropout=0.2),
    Application("convnext_tiny", "ConvNeXtTiny", CONVNEXT, 27_820_128, 768, 605_184),
    Application("convnext_small", "ConvNeXtSmall", CONVNEXT, 49_454_688, 768, 964_608),
    Application("convnext_base", "ConvNeXtBase", CONVNEXT, 87_566_464, 1024, 1_284_096),
    Application("convnext_large", "ConvNeXtLarge", CONVNEXT, 196_230_336, 1536, 1_923_072),
    Application("convnext_xlarge", "ConvNeXtXLarge", CONVNEXT, 348_147_968, 2048, 2_562_048),
)


def register(application: Application) -> None:
    """Make a base model of one line of the table."""

    def build(input_shape: tuple[int | None, ...], classes: int, **arguments: Any) -> keras.Model:
        return application.build(input_shape, classes, **arguments)

    build.__name__ = application.name
    build.__doc__ = f"{application.keras_name} of keras.applications ({application.family.paper})."
    size = next(size for size in SIZES if size >= application.family.smallest)
    base_model(
        GrayImage(size=size),
        train=application.family.train,
        arguments=application.arguments,
        footprint=application.footprint,
    )(build)


for application in APPLICATIONS:
    register(application)
