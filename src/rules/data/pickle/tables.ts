// Written by scripts/allow-lists/build.py.
import accelerate from './accelerate.json' with { type: 'json' };
import catboost from './catboost.json' with { type: 'json' };
import categoryEncoders from './category-encoders.json' with { type: 'json' };
import featureEngine from './feature-engine.json' with { type: 'json' };
import flair from './flair.json' with { type: 'json' };
import gensim from './gensim.json' with { type: 'json' };
import hdbscan from './hdbscan.json' with { type: 'json' };
import imbalancedLearn from './imbalanced-learn.json' with { type: 'json' };
import joblib from './joblib.json' with { type: 'json' };
import lifelines from './lifelines.json' with { type: 'json' };
import lightgbm from './lightgbm.json' with { type: 'json' };
import lightning from './lightning.json' with { type: 'json' };
import mlxtend from './mlxtend.json' with { type: 'json' };
import networkx from './networkx.json' with { type: 'json' };
import nltk from './nltk.json' with { type: 'json' };
import numpy from './numpy.json' with { type: 'json' };
import omegaconf from './omegaconf.json' with { type: 'json' };
import openClipTorch from './open-clip-torch.json' with { type: 'json' };
import optuna from './optuna.json' with { type: 'json' };
import pandas from './pandas.json' with { type: 'json' };
import patsy from './patsy.json' with { type: 'json' };
import peft from './peft.json' with { type: 'json' };
import pmdarima from './pmdarima.json' with { type: 'json' };
import prophet from './prophet.json' with { type: 'json' };
import python from './python.json' with { type: 'json' };
import pythonDateutil from './python-dateutil.json' with { type: 'json' };
import pytorchLightning from './pytorch-lightning.json' with { type: 'json' };
import pytz from './pytz.json' with { type: 'json' };
import rankBm25 from './rank-bm25.json' with { type: 'json' };
import scikitLearn from './scikit-learn.json' with { type: 'json' };
import scipy from './scipy.json' with { type: 'json' };
import sentenceTransformers from './sentence-transformers.json' with { type: 'json' };
import shap from './shap.json' with { type: 'json' };
import sortedcontainers from './sortedcontainers.json' with { type: 'json' };
import spacy from './spacy.json' with { type: 'json' };
import statsmodels from './statsmodels.json' with { type: 'json' };
import thinc from './thinc.json' with { type: 'json' };
import timm from './timm.json' with { type: 'json' };
import torch from './torch.json' with { type: 'json' };
import torchGeometric from './torch-geometric.json' with { type: 'json' };
import torchmetrics from './torchmetrics.json' with { type: 'json' };
import torchvision from './torchvision.json' with { type: 'json' };
import transformers from './transformers.json' with { type: 'json' };
import trl from './trl.json' with { type: 'json' };
import ultralytics from './ultralytics.json' with { type: 'json' };
import umapLearn from './umap-learn.json' with { type: 'json' };
import xgboost from './xgboost.json' with { type: 'json' };
import yolov5 from './yolov5.json' with { type: 'json' };

export const allTables: readonly unknown[] = [
  accelerate,
  catboost,
  categoryEncoders,
  featureEngine,
  flair,
  gensim,
  hdbscan,
  imbalancedLearn,
  joblib,
  lifelines,
  lightgbm,
  lightning,
  mlxtend,
  networkx,
  nltk,
  numpy,
  omegaconf,
  openClipTorch,
  optuna,
  pandas,
  patsy,
  peft,
  pmdarima,
  prophet,
  python,
  pythonDateutil,
  pytorchLightning,
  pytz,
  rankBm25,
  scikitLearn,
  scipy,
  sentenceTransformers,
  shap,
  sortedcontainers,
  spacy,
  statsmodels,
  thinc,
  timm,
  torch,
  torchGeometric,
  torchmetrics,
  torchvision,
  transformers,
  trl,
  ultralytics,
  umapLearn,
  xgboost,
  yolov5,
];
